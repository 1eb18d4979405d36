import type { AudioFormat } from "../../shared/audio.ts";
import { cut } from "../terminal/cells.ts";
import { clockText } from "../terminal/output.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Progress } from "./live.ts";
import type { AudioSource } from "./source.ts";

/** How a broadcast stands, on one line: time, how much of the sound has no stored captions yet, level, room, viewers. */
export function progressLine(progress: Progress, source: AudioSource, screen: Screen): string {
  const { writtenMs, storedMs, viewers, status, state, frame } = progress;
  const total = source.totalMs === null ? "" : ` of ${clockText(source.totalMs)}`;
  const standing = state.state === "connected" ? (status?.state ?? "connected") : state.state;
  const parts = [
    `${clockText(writtenMs)}${total}`,
    `captions ${((writtenMs - storedMs) / 1000).toFixed(1)} s behind`,
    ...(frame === null ? [] : levelBar(frame, source.format)),
    standing,
    `${viewers} ${viewers === 1 ? "viewer" : "viewers"}`,
  ];
  return screen.style("dim", cut(parts.join("  "), screen.columns - 1));
}

const steps = " ▁▂▃▄▅▆▇█";
/** Of full scale: what is quieter is drawn as nothing. */
const quietestDb = -54;

/** The level as one letter, of linear PCM alone: the others would have to be decoded for it. */
function levelBar(frame: Uint8Array, format: AudioFormat): string[] {
  if (format.encoding !== "linear16" || frame.length < 2) return [];
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let sum = 0;
  for (let at = 0; at + 1 < frame.length; at += 2) sum += view.getInt16(at, true) ** 2;
  const level = 20 * Math.log10(Math.max(1, Math.sqrt(sum / (frame.length / 2))) / 32_768);
  const step = Math.round((1 - level / quietestDb) * (steps.length - 1));
  return [steps[Math.max(0, Math.min(steps.length - 1, step))] ?? " "];
}
