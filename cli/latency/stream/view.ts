import type { Screen } from "../../terminal/screen.ts";
import { wrap } from "../../terminal/screen.ts";
import { inMs, printSpreads } from "../table.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { closings } from "./heard.ts";
import type { Tape } from "./tape.ts";

const transcriptLines = 4;

/** What is there while it streams: the end of the transcript so far, and how late it is. The tape may hold the latest messages only. */
export function showProgress(screen: Screen, tape: Tape): void {
  if (!screen.interactive) return;
  const figures = figuresOf(tape);
  const { audio_s: audioS, message_latency: latency } = figures;
  const ends = closings.flatMap((closing) => {
    const spread = figures.end_of_turn[closing].since_speech_end;
    return spread === null ? [] : [`${closing} ${inMs(spread.p50)} ms`];
  });
  const position = `${audioS.toFixed(1)} of ${tape.audio.seconds.toFixed(1)} s`;
  const lag = latency === null ? "" : ` · latency p50 ${inMs(latency.p50)}, p95 ${inMs(latency.p95)} ms`;
  screen.live([
    ...wrap(figures.transcript, screen.columns - 4)
      .slice(-transcriptLines)
      .map((line) => `  ${line}`),
    screen.style("dim", `  ${position}${lag}`.slice(0, screen.columns - 1)),
    ...(ends.length === 0
      ? []
      : [screen.style("dim", `  ends: ${ends.join(", ")}`.slice(0, screen.columns - 1))]),
  ]);
}

export function printFigures(screen: Screen, tape: Tape, figures: Figures): void {
  screen.live([]);
  const { origin, pathname, searchParams } = new URL(tape.url);
  const title = `${tape.audio.file} → ${origin}${pathname}, ${searchParams.get("model")}`;
  screen.print(screen.style("bold", title));
  for (const line of wrap(figures.transcript, screen.columns - 4)) screen.print(`  ${line}`);
  screen.print();
  const { interims, interims_per_s: rate, message_latency: latency, transcription_mean_ms: rest } = figures;
  const line = (name: string, value: string): void => screen.print(`  ${name.padEnd(30)}${value}`);
  line("connection", `${inMs(figures.connect_ms)} ms`);
  line("first message", `${inMs(figures.first_message_ms)} ms after the connection was open`);
  line("first words", `${inMs(figures.first_words_ms)} ms after speech began`);
  line("interims", `${interims}${rate === null ? "" : `, ${rate.toFixed(2)} a second of audio`}`);
  if (rest !== null) line("transcription", `${inMs(rest)} ms: mean message latency less the time to connect`);
  line("ends of speech", `${figures.speech.ends}, by voice activity (${figures.speech.by})`);
  screen.print();
  printSpreads(screen, [
    ["message latency", latency],
    ...closings.flatMap((closing) => [
      [`speech end → ${closing}`, figures.end_of_turn[closing].since_speech_end] as const,
      [`last interim → ${closing}`, figures.end_of_turn[closing].since_last_interim] as const,
    ]),
  ]);
}
