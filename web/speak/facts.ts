import { counted } from "../../shared/counted.ts";
import type { Facts } from "./run.ts";

export type Row = readonly [name: string, value: string];

const numbers = new Intl.NumberFormat("en");
const unknown = "–";

export const inMs = (ms: number | null): string =>
  ms === null ? unknown : `${numbers.format(Math.round(ms))} ms`;
const inSeconds = (seconds: number | null): string =>
  seconds === null ? unknown : `${seconds.toFixed(1)} s`;

/** How a request went, as far as it has. `audioSeconds`: what has come lasts so long, where that is known. */
export function rowsOf(facts: Facts, audioSeconds: number | null): readonly Row[] {
  const { firstByteMs, firstSoundMs, totalMs, bytes, pauses, requestId } = facts;
  const speed = totalMs === null || audioSeconds === null ? null : audioSeconds / (totalMs / 1000);
  return [
    ["First byte", inMs(firstByteMs)],
    ["First sound", inMs(firstSoundMs)],
    ["Whole answer", inMs(totalMs)],
    ["Size", counted(bytes, "byte")],
    ["Audio", inSeconds(audioSeconds)],
    ["Speed", speed === null ? unknown : `${speed.toFixed(1)} s of audio a second`],
    ["Pauses", pauses.count === 0 ? "none" : `${pauses.count}, ${inSeconds(pauses.seconds)} in all`],
    ["Request", requestId ?? unknown],
  ];
}
