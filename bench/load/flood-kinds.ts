import { type Agent, request } from "node:http";
import { WebSocket } from "ws";
import { limits } from "../../shared/limits.ts";
import { bearerSubprotocolPrefix, subprotocol } from "../../shared/protocol.ts";

/** What one address may send too much of. */
export const floodKinds = ["strangers", "readers", "bodies", "knocks", "visits", "chatter"] as const;
export type FloodKind = (typeof floodKinds)[number];

export type Aim = {
  readonly url: string;
  /** The flooders' own, of this machine. */
  readonly address: string;
  readonly agent: Agent;
  /** Where the measured viewers are. */
  readonly room: string;
  /** Has a long transcript. */
  readonly archive: string;
  /** Good for reading both rooms. */
  readonly readerToken: string;
  readonly speakToken: string;
};

/** One thing a flooder does; answers what it came to: a status, or what a socket was closed with. */
export type Act = (aim: Aim) => Promise<string>;

/** Frames of a socket in `chatter`: past what may come at once, so that it is closed. */
export const framesPerSocket = limits.controlBurst + 10;

type Flood = {
  readonly what: string;
  /** Acts for each 1,000 of the flood's rate: what an attacker of the same means could do of it. */
  readonly perThousand: number;
  readonly act: Act;
};

let turn = 0;
const badToken = "no-token-at-all";
const largeBody = Buffer.from(JSON.stringify({ text: "a ".repeat(limits.speakBodyMaxBytes / 2 - 10) }));

export const floods: Readonly<Record<FloodKind, Flood>> = {
  strangers: {
    what: "requests with a bad token",
    perThousand: 1_000,
    act: (aim) => get(aim, `/v1/rooms/${aim.room}/captions`, badToken),
  },
  readers: {
    what: "requests with a good token for a long transcript, as JSON and as WebVTT",
    perThousand: 1_000,
    act: (aim) => {
      turn += 1;
      const path = turn % 2 === 0 ? "captions.vtt" : "captions";
      return get(aim, `/v1/rooms/${aim.archive}/${path}`, aim.readerToken);
    },
  },
  bodies: {
    what: "2 MB of text to be spoken, with a good token",
    perThousand: 20,
    act: (aim) => post(aim, "/v1/speak", aim.speakToken, largeBody),
  },
  knocks: {
    what: "upgrades with a bad token",
    perThousand: 200,
    act: (aim) => knock(aim, badToken, () => {}),
  },
  visits: {
    what: "upgrades with a good token, left after the first frame",
    perThousand: 200,
    act: (aim) => knock(aim, aim.readerToken, (socket) => socket.once("message", () => socket.close())),
  },
  chatter: {
    what: `sockets that send ${framesPerSocket} messages at once`,
    perThousand: 20,
    act: (aim) =>
      knock(aim, aim.readerToken, (socket) => {
        for (let count = 0; count < framesPerSocket; count++) socket.send('{"type":"seen","version":0}');
      }),
  },
};

function get(aim: Aim, path: string, token: string): Promise<string> {
  return ask(aim, path, { authorization: `Bearer ${token}` });
}

function post(aim: Aim, path: string, token: string, body: Buffer): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": body.length,
  };
  return ask(aim, path, headers, body);
}

function ask(
  { url, address, agent }: Aim,
  path: string,
  headers: Readonly<Record<string, string | number>>,
  body?: Buffer,
): Promise<string> {
  return new Promise((resolve) => {
    const method = body === undefined ? "GET" : "POST";
    const outgoing = request(`${url}${path}`, { method, agent, localAddress: address, headers }, (answer) => {
      answer.resume();
      answer.once("close", () => resolve(String(answer.statusCode)));
    });
    // Of a refused body the rest is not read, and the connection may break before the answer is.
    outgoing.once("error", () => resolve("broken"));
    outgoing.end(body);
  });
}

function knock(aim: Aim, token: string, opened: (socket: WebSocket) => void): Promise<string> {
  const url = `${aim.url.replace("http", "ws")}/parties/captions/${aim.room}`;
  return new Promise((resolve) => {
    const socket = new WebSocket(url, [subprotocol, bearerSubprotocolPrefix + token], {
      localAddress: aim.address,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    socket.once("open", () => opened(socket));
    socket.once("unexpected-response", (outgoing, answer) => {
      outgoing.destroy();
      resolve(String(answer.statusCode));
    });
    socket.on("error", () => resolve("broken"));
    socket.once("close", (code) => resolve(`closed ${code}`));
  });
}
