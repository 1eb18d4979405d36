import type { Segment } from "../../client/index.ts";
import { plain } from "../../shared/export/plain.ts";
import { percentile } from "../../shared/percentile.ts";
import type { Service } from "../api.ts";
import { usualRoom } from "../options.ts";
import { speak } from "../speech.ts";
import { type Screen, wrap } from "../terminal/screen.ts";
import { align } from "../wer/align.ts";
import { normalise } from "../wer/normalise.ts";
import { broadcast, type Shown } from "./broadcast.ts";
import type { Timeline } from "./pace.ts";

const paragraph = `Good morning, everyone. A machine is speaking these words, and you are reading its live \
captions. The sound goes into a room, and everyone who watches that room reads the same text. \
When the network fails, the viewer comes back and nothing is lost. Now it is your turn to speak.`;

export const demoRoom = usualRoom;
const gutter = 11;
/** Of full scale 32,768: above the noise of any voice's silence. */
const soundThreshold = 400;

/** Has the service speak a paragraph and shows its captions as a viewer of the room gets them. */
export async function runDemo(service: Service, screen: Screen): Promise<void> {
  const dim = (text: string): string => screen.style("dim", text);
  screen.live([`  ${dim("Asking the voice to speak …")}`]);
  const speech = await speak(service, paragraph);
  screen.live([]);
  const seconds = (speech.data.length / 2 / speech.format.sampleRate).toFixed(0);
  screen.print(
    `  ${screen.style("bold", "Demo broadcast")}  ${dim(`${seconds} s of speech into room "${demoRoom}"; what a viewer reads, and how late:`)}`,
  );
  screen.print();

  const kept = new Set<string>();
  const latencies: number[] = [];
  let firstCaptionAt: number | null = null;
  const show = ({ atMs, finals, interim }: Shown, timeline: Timeline): void => {
    const late = (endMs: number): number => Math.max(0, Math.round(atMs - (timeline.sentAt(endMs) ?? atMs)));
    if (finals.length > 0 || interim !== null) firstCaptionAt ??= atMs;
    for (const segment of finals.filter(({ id }) => !kept.has(id))) {
      kept.add(segment.id);
      latencies.push(late(segment.end));
      for (const line of caption(segment.text, late(segment.end), screen)) screen.print(line);
    }
    if (interim !== null) latencies.push(late(interim.end));
    screen.live(interim === null ? [] : caption(interim.text, late(interim.end), screen).map(dim));
  };
  const { segments, timeline } = await broadcast({ service, room: demoRoom, ...speech, onShown: show });
  screen.live([]);

  const soundAt = timeline.sentAt(firstSoundMs(speech.data, speech.format.sampleRate));
  const untilCaption = firstCaptionAt === null || soundAt === null ? null : firstCaptionAt - soundAt;
  screen.print();
  screen.print(
    `  ${dim(
      [
        `voice after ${ms(speech.firstByteMs)}`,
        `first caption ${ms(untilCaption)} after the first sound`,
        `captions p50 ${ms(percentile(latencies, 0.5))}, p95 ${ms(percentile(latencies, 0.95))}`,
        score(segments),
      ].join(" · "),
    )}`,
  );
}

function caption(text: string, lateMs: number, screen: Screen): string[] {
  return wrap(plain(text), screen.columns - gutter - 1).map((line, index) =>
    index === 0 ? `${ms(lateMs).padStart(gutter - 2)}  ${line}` : `${" ".repeat(gutter)}${line}`,
  );
}

function score(segments: readonly Segment[]): string {
  const heard = normalise(segments.map(({ text }) => text).join(" "));
  const right = align(normalise(paragraph), heard).filter(({ kind }) => kind === "same").length;
  return `${heard.length} words, ${right} as spoken`;
}

function firstSoundMs(pcm: Uint8Array, sampleRate: number): number {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  for (let at = 0; at + 1 < pcm.length; at += 2) {
    if (Math.abs(view.getInt16(at, true)) > soundThreshold) return (at / 2 / sampleRate) * 1000;
  }
  return 0;
}

function ms(value: number | null): string {
  return value === null ? "never" : `${Math.round(value)} ms`;
}
