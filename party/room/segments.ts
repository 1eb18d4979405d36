import { samplesToMs } from "../../shared/audio.ts";
import type { Interim, Word } from "../../shared/captions.ts";
import type { StoredSession } from "./store.ts";
import type { Draft } from "./transcript.ts";
import type { Heard } from "./upstream/upstream.ts";

/** From positions in samples to what a reader is shown, in milliseconds on the session's clock. */
export function interimOf(heard: Extract<Heard, { kind: "interim" }>, session: StoredSession): Interim {
  return { ...rangeMs(heard.from, heard.to, session), text: heard.text, ...speakerOf(heard) };
}

export function speechDraft(
  heard: Extract<Heard, { kind: "final" }>,
  session: StoredSession,
  id: string,
): Draft {
  const words = heard.words.map(
    ({ text, from, to, confidence }): Word => ({ text, ...rangeMs(from, to, session), confidence }),
  );
  return {
    id,
    session: session.id,
    kind: "speech",
    ...rangeMs(heard.from, heard.to, session),
    text: heard.text,
    ...speakerOf(heard),
    words,
  };
}

export function gapDraft(from: number, to: number, session: StoredSession, id: string): Draft {
  return { id, session: session.id, kind: "gap", ...rangeMs(from, to, session), text: "" };
}

function rangeMs(from: number, to: number, session: StoredSession): { start: number; end: number } {
  return { start: samplesToMs(from, session.format), end: samplesToMs(to, session.format) };
}

function speakerOf({ speaker }: Heard): { speaker?: number } {
  return speaker === undefined ? {} : { speaker };
}
