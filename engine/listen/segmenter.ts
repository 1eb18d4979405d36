/**
 * Where utterances begin and end, from the probability of speech in each window of audio.
 *
 * Pure: a state and a window in, a state and what happened out. Positions are samples at 16 kHz since the stream began.
 * Every sample belongs to exactly one segment; a segment ends with a `final` and the next begins where it ended
 * (Deepgram reference 3.5, rules 1 and 3).
 */
export type SegmenterState =
  | {
      kind: "quiet";
      segmentStart: number;
      /** End of the audio that has been recognised. Silent segments after it may still lend their audio as pre-roll. */
      heardTo: number;
      /** Consecutive windows that sounded like speech, and where the first of them began. */
      rising: { windows: number; from: number } | null;
      /** The end of the last word, while a `speech_final` for it is still to come. */
      owedSince: number | null;
    }
  | {
      kind: "speaking";
      segmentStart: number;
      heardTo: number;
      onset: number;
      /** End of the last window that sounded like speech. */
      voiceEnd: number;
      /** How much of the utterance sounded clearly like speech. */
      voicedSamples: number;
    };

export type SegmenterEvent =
  | { type: "speechStarted"; at: number }
  /** The segment up to `end` is over. `speech` is the stretch to recognise, `null` when nobody spoke. */
  | { type: "final"; start: number; end: number; speech: Speech | null; speechFinal: boolean }
  /** Speech without a pause has grown too long: choose a place in `from`–`to` and call {@link cutSpeech}. */
  | { type: "overlong"; from: number; to: number };

/**
 * A stretch of audio with words in it. `clear`: an empty transcript would be a surprise. `settled`: the speaker pauses, and
 * the stretch will not change unless he goes on.
 */
export type Speech = { from: number; to: number; clear: boolean; settled: boolean };

export type SegmenterRules = {
  /** Silence after which the speaker is taken to have finished, or `null` when that is never said. */
  endpointSamples: number | null;
};

const samples = (ms: number) => Math.round(ms * 16);

/** Hysteresis: speech begins above the first and lasts until the second is undercut. */
const ONSET_PROBABILITY = 0.5;
const VOICE_PROBABILITY = 0.35;
/** One window alone (32 ms) is a click, not a word. */
const ONSET_WINDOWS = 2;

/** Kept before the first voiced window, because soft consonants sound like silence to the detector. */
export const PRE_ROLL = samples(300);
/** Kept after the last voiced window, for the same reason; shorter than any endpoint, so that the next word has pre-roll. */
const TAIL = samples(200);

/**
 * The shortest endpoint honoured. Deepgram's default of 10 ms suits a recogniser that works word by word; this one
 * recognises whole utterances, and the gaps inside a sentence (up to about a quarter of a second) would cut it to pieces.
 */
const MIN_ENDPOINT = samples(300);
/** A pause after which a final is due even when the endpoint asked for is longer or off. */
const COMMIT_PAUSE = samples(800);

/** Past the first length a short pause ends the segment; past the second it is cut without one. */
const LONG = samples(7000);
const LONG_PAUSE = samples(160);
const OVERLONG = samples(10000);
/** How far back from the end a cut may be placed: the words before it wait that long for their final. */
const CUT_WINDOW = samples(1500);
const CUT_MARGIN = samples(300);

/** Silence is confirmed by an empty final this often, so that no segment grows without end. */
const SILENT_SEGMENT = samples(5000);

const CLEAR_SPEECH = samples(200);

export function rulesFor(endpointingMs: number | null): SegmenterRules {
  return { endpointSamples: endpointingMs === null ? null : Math.max(samples(endpointingMs), MIN_ENDPOINT) };
}

export function beginSegments(): SegmenterState {
  return { kind: "quiet", segmentStart: 0, heardTo: 0, rising: null, owedSince: null };
}

/** The next state after a window that ends at `windowEnd` and sounds like speech with `probability`. */
export function advance(
  state: SegmenterState,
  window: { start: number; end: number; probability: number },
  rules: SegmenterRules,
): { state: SegmenterState; events: SegmenterEvent[] } {
  return state.kind === "quiet" ? advanceQuiet(state, window, rules) : advanceSpeaking(state, window, rules);
}

/** The stretch to recognise now, when audio up to `position` has come; `null` in silence. */
export function currentSpeech(state: SegmenterState, position: number): Speech | null {
  if (state.kind === "quiet" || state.voicedSamples === 0) return null;
  const from = Math.max(state.heardTo, state.onset - PRE_ROLL);
  const settled = state.voiceEnd + TAIL <= position;
  const to = settled ? state.voiceEnd + TAIL : position;
  return to > from ? { from, to, clear: state.voicedSamples >= CLEAR_SPEECH, settled } : null;
}

/** Ends the segment at `position` (all audio that has come), as `Finalize` and the end of the stream ask for. */
export function flushSegment(
  state: SegmenterState,
  position: number,
): { state: SegmenterState; event: SegmenterEvent & { type: "final" } } {
  const event: SegmenterEvent = {
    type: "final",
    start: state.segmentStart,
    end: position,
    speech: currentSpeech(state, position),
    speechFinal: true,
  };
  const voiced = state.kind === "speaking" && state.voiceEnd + TAIL > position;
  return {
    event,
    state: voiced
      ? speakingFrom(position)
      : { kind: "quiet", segmentStart: position, heardTo: position, rising: null, owedSince: null },
  };
}

/** Ends the segment behind its last word. The pause that has begun, up to `position`, belongs to the next one. */
export function endSegment(
  state: SegmenterState & { kind: "speaking" },
  position: number,
  rules: SegmenterRules,
): { state: SegmenterState; event: SegmenterEvent & { type: "final" } } {
  const pause = position - state.voiceEnd;
  const endpoint = rules.endpointSamples !== null && pause >= rules.endpointSamples;
  const end = Math.min(position, state.voiceEnd + TAIL);
  return {
    state: {
      kind: "quiet",
      segmentStart: end,
      heardTo: end,
      rising: null,
      owedSince: endpoint || rules.endpointSamples === null ? null : state.voiceEnd,
    },
    event: {
      type: "final",
      start: state.segmentStart,
      end,
      speech: currentSpeech(state, position),
      speechFinal: endpoint,
    },
  };
}

/** Ends the segment inside speech at `cut`, a position from an `overlong` event's range. */
export function cutSpeech(
  state: SegmenterState & { kind: "speaking" },
  cut: number,
): { state: SegmenterState; event: SegmenterEvent & { type: "final" } } {
  const from = Math.max(state.heardTo, state.onset - PRE_ROLL);
  return {
    event: {
      type: "final",
      start: state.segmentStart,
      end: cut,
      speech: { from, to: cut, clear: true, settled: true },
      speechFinal: false,
    },
    state: {
      ...speakingFrom(cut),
      voiceEnd: state.voiceEnd,
      voicedSamples: Math.max(0, state.voiceEnd - cut),
    },
  };
}

function speakingFrom(position: number): SegmenterState & { kind: "speaking" } {
  return {
    kind: "speaking",
    segmentStart: position,
    heardTo: position,
    onset: position,
    voiceEnd: position,
    voicedSamples: 0,
  };
}

type Window = { start: number; end: number; probability: number };
type Advance = { state: SegmenterState; events: SegmenterEvent[] };

function advanceQuiet(
  state: SegmenterState & { kind: "quiet" },
  window: Window,
  { endpointSamples }: SegmenterRules,
): Advance {
  if (window.probability >= ONSET_PROBABILITY) {
    const rising = { windows: (state.rising?.windows ?? 0) + 1, from: state.rising?.from ?? window.start };
    if (rising.windows < ONSET_WINDOWS) return { state: { ...state, rising }, events: [] };
    return {
      state: {
        kind: "speaking",
        segmentStart: state.segmentStart,
        heardTo: state.heardTo,
        onset: rising.from,
        voiceEnd: window.end,
        voicedSamples: window.end - rising.from,
      },
      events: [{ type: "speechStarted", at: rising.from }],
    };
  }
  const owed =
    state.owedSince !== null && endpointSamples !== null && window.end - state.owedSince >= endpointSamples;
  const silent = window.end - state.segmentStart >= SILENT_SEGMENT;
  if (!owed && !silent) return { state: { ...state, rising: null }, events: [] };
  const { segmentStart, heardTo } = state;
  const owedSince = owed ? null : state.owedSince;
  return {
    state: { kind: "quiet", segmentStart: window.end, heardTo, rising: null, owedSince },
    events: [
      {
        type: "final",
        start: segmentStart,
        end: window.end,
        speech: null,
        speechFinal: owed || endpointSamples !== null,
      },
    ],
  };
}

function advanceSpeaking(
  state: SegmenterState & { kind: "speaking" },
  window: Window,
  rules: SegmenterRules,
): Advance {
  if (window.probability >= VOICE_PROBABILITY) {
    const voiced = window.probability >= ONSET_PROBABILITY ? window.end - window.start : 0;
    const next = { ...state, voiceEnd: window.end, voicedSamples: state.voicedSamples + voiced };
    const length = window.end - state.onset;
    if (length < OVERLONG) return { state: next, events: [] };
    const from = Math.max(state.onset + CUT_MARGIN, window.end - CUT_WINDOW);
    return { state: next, events: [{ type: "overlong", from, to: window.end - CUT_MARGIN }] };
  }
  const pause = window.end - state.voiceEnd;
  const endpoint = rules.endpointSamples !== null && pause >= rules.endpointSamples;
  const long = state.voiceEnd - state.onset >= LONG && pause >= LONG_PAUSE;
  if (!endpoint && !long && pause < COMMIT_PAUSE) return { state, events: [] };
  const ended = endSegment(state, window.end, rules);
  return { state: ended.state, events: [ended.event] };
}
