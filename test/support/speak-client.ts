import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import * as v from "valibot";
import { within } from "../../testing/wait.ts";

export type SpeakRequest = {
  readonly url: string;
  readonly token: string;
  /** Sent as JSON. */
  readonly text?: string;
  /** Sent as it is, in place of a text. */
  readonly body?: string | Uint8Array;
  readonly query?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What came back, on a connection of its own. */
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Bytes of the body so far. */
  readonly length: number;
  body(): Buffer;
  /** Resolves with the body when there are so many bytes of it, or when there will be no more. */
  reaches(bytes: number): Promise<Buffer>;
  /** `broken`: the connection ended without the end of the body. */
  readonly ended: Promise<"whole" | "broken">;
  /** Stops reading. */
  pause(): void;
  resume(): void;
};

export type Speaking = {
  /** Rejects when the connection ends before there are headers. */
  readonly answer: Promise<Answer>;
  /**
   * Goes away: by a reset, which is noticed at once, or quietly, which the local runtime does not tell from a listener
   * who only has nothing more to say until it sends something.
   */
  leave(how: "reset" | "quietly"): void;
};

/** Asks for speech with nothing between the test and the socket. */
export function startSpeaking(options: SpeakRequest): Speaking {
  const { token, text, query = rawQuery, path = "/v1/speak", method = "POST" } = options;
  const body = options.body ?? (text === undefined ? undefined : JSON.stringify({ text }));
  const agent = new Agent({ keepAlive: false });
  const outgoing = request(`${options.url}${path}${query === "" ? "" : `?${query}`}`, {
    method,
    agent,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
      ...options.headers,
    },
  });
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing.once("response", (incoming) => resolve(answerOf(incoming)));
    outgoing.on("error", reject);
  });
  answer.catch(() => {}); // whoever leaves asks for no answer
  outgoing.end(body);
  return {
    answer,
    leave: (how) => (how === "reset" ? outgoing.socket?.resetAndDestroy() : outgoing.destroy()),
  };
}

export const askToSpeak = (options: SpeakRequest): Promise<Answer> =>
  within("/v1/speak answers", startSpeaking(options).answer, 30_000);

/** The answer with its whole body, or with as much of it as came. */
export async function speakToEnd(options: SpeakRequest) {
  const answer = await askToSpeak(options);
  const ended = await within("the body ends", answer.ended, 45_000);
  return { status: answer.status, headers: answer.headers, audio: answer.body(), ended };
}

/** Samples without a container: nothing stands between the chunks. */
export const rawQuery = "model=aura-2-thalia-en&encoding=linear16&container=none&sample_rate=24000";

function answerOf(incoming: IncomingMessage): Answer {
  const parts: Buffer[] = [];
  let length = 0;
  let isOver = false;
  let wake = () => {};
  let woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const tell = () => {
    wake();
    woken = new Promise((resolve) => {
      wake = resolve;
    });
  };
  incoming.on("data", (part: Buffer) => {
    parts.push(part);
    length += part.length;
    tell();
  });
  incoming.on("error", () => {}); // its close follows and says enough
  const ended = new Promise<"whole" | "broken">((resolve) => {
    incoming.once("close", () => {
      isOver = true;
      tell();
      resolve(incoming.complete ? "whole" : "broken");
    });
  });
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    get length() {
      return length;
    },
    body: () => Buffer.concat(parts),
    async reaches(bytes) {
      while (length < bytes && !isOver) await within(`${bytes} bytes of the body`, woken);
      return Buffer.concat(parts);
    },
    ended,
    pause: () => incoming.pause(),
    resume: () => incoming.resume(),
  };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What `GET /v1/speak/{id}` says. */
const ReportSchema = v.strictObject({
  requestId: v.string(),
  state: v.picklist(["running", "complete", "failed", "cancelled"]),
  startedAt: count,
  endedAt: v.optional(count),
  model: v.string(),
  encoding: v.string(),
  characters: count,
  chunks: v.strictObject({ asked: count, spoken: count, delivered: count, fromCache: count }),
  charactersAsked: count,
  charactersSpoken: count,
  charactersDelivered: count,
  bytesDelivered: count,
  tries: count,
  providerRequestIds: v.array(v.string()),
  error: v.optional(v.strictObject({ code: v.string(), message: v.string(), chunk: v.optional(count) })),
});
export type Report = v.InferOutput<typeof ReportSchema>;

/** Null while nothing is known: it is written beside the audio, which does not wait for it. */
export async function reportOn(url: string, token: string, requestId: unknown): Promise<Report | null> {
  const path = `/v1/speak/${requestId}`;
  const { status, audio } = await speakToEnd({ url, token, method: "GET", path, query: "" });
  return status === 404 ? null : v.parse(ReportSchema, JSON.parse(audio.toString()));
}

const TokenSchema = v.object({ token: v.string() });

/**
 * A token that may speak and nothing else. Asked for on a connection of its own as well: one that is kept for later is
 * closed by the runtime after a while, and a test that compares a hundred megabytes hears of it too late.
 */
export async function speakToken({ url, apiKey }: { readonly url: string; readonly apiKey: string }) {
  const body = JSON.stringify({ scopes: ["speak"] });
  const { audio } = await speakToEnd({ url, token: apiKey, path: "/v1/tokens", query: "", body });
  return v.parse(TokenSchema, JSON.parse(audio.toString())).token;
}
