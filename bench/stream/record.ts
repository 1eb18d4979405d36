// node bench/stream/record.ts: has the embedded engine speak and understand a few sentences, and keeps the finals as it
// sent them, in Deepgram's full JSON. `finals.jsonl` was made so.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { playAtRealTime } from "../../cli/broadcast/pace.ts";
import { listenPath } from "../../cli/wer/direct.ts";
import { startEngine } from "../../test/support/engine-process.ts";
import { clearLines, record } from "../../test/support/recording.ts";

const FinalSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    is_final: v.literal(true),
    channel: v.object({
      alternatives: v.pipe(
        v.array(v.object({ transcript: v.pipe(v.string(), v.nonEmpty()) })),
        v.minLength(1),
      ),
    }),
  }),
);

const engine = await startEngine();
try {
  const recording = await record(engine.url, clearLines);
  const address = `${engine.url.replace("http", "ws")}${listenPath(recording.format)}`;
  const socket = new WebSocket(address, ["token", "any"]);
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  const finals: string[] = [];
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (typeof data === "string" && v.is(FinalSchema, data)) finals.push(data);
  });
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  await playAtRealTime(recording.data, recording.format, (frame) => socket.send(new Uint8Array(frame))).done;
  socket.send('{"type":"CloseStream"}');
  await closed;
  writeFileSync(fileURLToPath(new URL("finals.jsonl", import.meta.url)), `${finals.join("\n")}\n`);
} finally {
  await engine.stop();
}
