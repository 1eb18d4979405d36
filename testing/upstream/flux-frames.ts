import type { Said } from "./said.ts";

/** Frames of Deepgram's `/v2/listen`, as its documents describe them. */

export type TurnEvent = "StartOfTurn" | "Update" | "EndOfTurn";

export function connected(sequence: number): string {
  return JSON.stringify({ type: "Connected", request_id: requestId, sequence_id: sequence });
}

export function turnInfo(sequence: number, event: TurnEvent, turn: number, said: Said): string {
  return JSON.stringify({
    type: "TurnInfo",
    request_id: requestId,
    sequence_id: sequence,
    event,
    turn_index: turn,
    audio_window_start: said.startMs / 1000,
    audio_window_end: said.endMs / 1000,
    transcript: said.text,
    words: said.words.map(({ text, startMs, endMs, confidence = 1 }) => ({
      word: text,
      confidence,
      start: startMs / 1000,
      end: endMs / 1000,
    })),
    end_of_turn_confidence: event === "EndOfTurn" ? 1 : 0,
  });
}

/** The same in every run: nothing of a script is left to chance. */
const requestId = "00000000-0000-4000-8000-000000000001";
