// A provider that plays a recorded stream on Deepgram's live protocol, whatever it is sent, and keeps the times.
//   /v1/listen   as a room dials it: plays from the first audio on
//   /relay       the same for contestants that have no audio: plays at once
//   /follow      a direct socket: hears what is played on the others, at the same moment
import * as v from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { announce, controlServer, readSettings } from "../load/control.ts";
import { clock } from "../load/mark.ts";
import { type Cue, cues } from "../stream/stream.ts";

const PlaySchema = v.object({ rate: v.number(), fromSentence: v.number(), repeat: v.number() });

await readSettings(v.object({}));
let options: v.InferOutput<typeof PlaySchema> = { rate: 1, fromSentence: 0, repeat: 1 };
let finals: number[] = [];
let messages = 0;
const followers = new Set<WebSocket>();
const playing = new Set<() => void>();

const server = controlServer({
  /** What the next stream is like. */
  "/play": (body) => {
    options = v.parse(PlaySchema, body);
    finals = [];
    messages = 0;
  },
  /** Nothing more is said, but connections stay. */
  "/hush": () => {
    for (const stop of playing) stop();
    playing.clear();
  },
  /** Marks of the finals, and how many messages there were, since then. */
  "/sent": () => ({ finals, messages }),
});

const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket, request) => {
  const path = new URL(request.url ?? "/", "http://any").pathname;
  if (path === "/follow") {
    followers.add(socket);
    socket.on("close", () => followers.delete(socket));
    return;
  }
  let stop: (() => void) | null = null;
  const begin = (): void => {
    if (stop !== null) return;
    stop = play(cues(options), (text) => {
      socket.send(text);
      for (const follower of followers) follower.send(text);
    });
    playing.add(stop);
  };
  if (path === "/relay") begin();
  socket.on("message", (data, isBinary) => {
    if (isBinary) begin();
    else if (String(data).includes("CloseStream")) {
      stop?.();
      socket.send('{"type":"Metadata","request_id":"bench","duration":0,"channels":1}');
      socket.close(1000);
    }
  });
  socket.on("close", () => {
    stop?.();
    if (stop !== null) playing.delete(stop);
  });
});
await announce(server);

function play(stream: Generator<Cue>, send: (text: string) => void): () => void {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    const { value: cue } = stream.next();
    timer = setTimeout(
      () => {
        const at = clock();
        if (cue.kind === "f") finals.push(at);
        messages += 1;
        send(cue.text(at));
        next();
      },
      began + cue.atMs - performance.now(),
    );
  };
  next();
  return () => clearTimeout(timer);
}
