import * as v from "valibot";
import type { Segment } from "../../client/index.ts";
import { type AudioFormat, samplesToBytes } from "../../shared/audio.ts";
import type { playAtRealTime } from "../broadcast/pace.ts";
import { UserError } from "../errors.ts";
import type { Provider } from "../measured/targets.ts";
import type { Shown, Viewing } from "./viewing.ts";

const Milliseconds = v.pipe(
  v.number(),
  v.transform((seconds) => Math.round(seconds * 1000)),
);
const ResultsSchema = v.object({
  type: v.literal("Results"),
  start: Milliseconds,
  duration: Milliseconds,
  is_final: v.optional(v.boolean(), false),
  channel: v.object({
    alternatives: v.array(
      v.object({
        transcript: v.string(),
        words: v.array(
          v.object({
            word: v.string(),
            punctuated_word: v.optional(v.string()),
            start: Milliseconds,
            end: Milliseconds,
          }),
        ),
      }),
    ),
  }),
});

/** Other messages are of no interest here. */
const FrameSchema = v.pipe(v.string(), v.parseJson(), ResultsSchema);

/** What a room asks its provider: the words of both ways are to be compared. */
export function listenPath(format: AudioFormat): string {
  const query = new URLSearchParams({
    model: "nova-3",
    language: "en",
    punctuate: "true",
    encoding: format.encoding,
    sample_rate: String(format.sampleRate),
    channels: String(format.channels),
    interim_results: "true",
    endpointing: "300",
    utterance_end_ms: "1000",
    vad_events: "true",
  });
  return `/v1/listen?${query}`;
}

const endWithinMs = 60_000;

/** Plays a recording straight into the provider's live socket and returns what could be read from it, and when. */
export async function listenDirectly(
  provider: Provider,
  audio: { readonly format: AudioFormat; readonly data: Uint8Array },
  play: typeof playAtRealTime,
): Promise<Viewing> {
  const address = new URL(listenPath(audio.format), provider.url);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address, ["token", provider.apiKey]);
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  // Whoever awaits `opened` hears of a failure there.
  ended.promise.catch(() => {});
  const segments: Segment[] = [];
  const shown: Shown[] = [];

  let isOpen = false;
  socket.addEventListener("open", () => {
    isOpen = true;
    opened.resolve();
  });
  socket.addEventListener("close", ({ code, reason }) => {
    const what = isOpen ? `closed the stream: ${code} ${reason}` : "cannot be reached or refused the stream";
    const failure = new UserError(`${provider.url} ${what}.`);
    opened.reject(failure);
    if (code === 1000) ended.resolve();
    else ended.reject(failure);
  });
  socket.addEventListener("message", ({ data }) => {
    const atMs = performance.now();
    const parsed = v.safeParse(FrameSchema, data);
    if (!parsed.success) return;
    const { is_final: isFinal, start, duration } = parsed.output;
    const text = parsed.output.channel.alternatives[0]?.transcript ?? "";
    if (isFinal && text !== "") segments.push(finalOf(parsed.output, segments.length));
    const interim = isFinal || text === "" ? null : { start, end: start + duration, text };
    shown.push({ atMs, finals: [...segments], interim });
  });

  const late = setTimeout(
    () => {
      const failure = new UserError(
        `${provider.url} ${isOpen ? "did not end the stream" : "does not answer"}.`,
      );
      opened.reject(failure);
      ended.reject(failure);
    },
    (audio.data.length / bytesPerSecond(audio.format)) * 1000 + endWithinMs,
  );
  try {
    await opened.promise;
    const { timeline, done } = play(audio.data, audio.format, (frame) => socket.send(new Uint8Array(frame)));
    await done;
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"CloseStream"}');
    await ended.promise;
    return { segments, shown, timeline };
  } finally {
    clearTimeout(late);
    socket.close();
  }
}

function finalOf(results: v.InferOutput<typeof ResultsSchema>, index: number): Segment {
  const best = results.channel.alternatives[0];
  return {
    id: String(index),
    session: "direct",
    start: results.start,
    end: results.start + results.duration,
    text: best?.transcript ?? "",
    at: 0,
    version: index,
    kind: "speech",
    words: (best?.words ?? []).map(({ word, punctuated_word, start, end }) => ({
      text: punctuated_word ?? word,
      start,
      end,
    })),
  };
}

function bytesPerSecond(format: AudioFormat): number {
  return samplesToBytes(format.sampleRate, format);
}
