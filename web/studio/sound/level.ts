export type Level = {
  /** Of full scale, 0 to 1. */
  readonly peak: number;
  readonly rms: number;
  /** Samples at the end of the scale, as a share of all. */
  readonly clipped: number;
};

export const silence: Level = { peak: 0, rms: 0, clipped: 0 };

/** How loud a piece of linear16 audio is. */
export function levelOf(audio: Uint8Array): Level {
  const view = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
  const samples = Math.floor(audio.length / 2);
  let peak = 0;
  let squares = 0;
  let clipped = 0;
  for (let index = 0; index < samples; index++) {
    const value = Math.abs(view.getInt16(index * 2, true)) / 32_767;
    peak = Math.max(peak, value);
    squares += value * value;
    if (value >= clippedFrom) clipped += 1;
  }
  const count = Math.max(1, samples);
  return { peak: Math.min(1, peak), rms: Math.sqrt(squares / count), clipped: clipped / count };
}

/** Decibels below full scale; nothing at all is `floorDb`. */
export function decibels(value: number): number {
  return Math.max(floorDb, 20 * Math.log10(value));
}
export const floorDb = -60;

/** What has been heard lately, milliseconds each. */
export type Hearing = {
  /** Since there was any sound. */
  readonly silentMs: number;
  /** Since it was loud enough to be speech nearby. */
  readonly quietMs: number;
  /** Since it was clipped. */
  readonly sinceClipMs: number;
};

export const nothingHeard: Hearing = { silentMs: 0, quietMs: 0, sinceClipMs: Number.POSITIVE_INFINITY };

/** −60 dB: below it nothing is connected, or it is muted. */
const silentPeak = 0.001;
/** −30 dB: speech at a distance that is right goes well beyond. */
const quietPeak = 0.0316;
const clippedFrom = 0.99;
/** One sample at the end of the scale is nothing that could be heard. */
const clippedShare = 0.005;

const silentAfterMs = 3_000;
/** A browser that takes out noise makes every longer pause silent, and a screen reader speaks into the open microphone. */
const silentAnnouncedAfterS = 10;
/** Longer than a speaker takes to breathe. */
const quietAfterMs = 10_000;
const clipShownMs = 3_000;

export function afterPiece(hearing: Hearing, { peak, clipped }: Level, lengthMs: number): Hearing {
  return {
    silentMs: peak < silentPeak ? hearing.silentMs + lengthMs : 0,
    quietMs: peak < quietPeak ? hearing.quietMs + lengthMs : 0,
    sinceClipMs: clipped >= clippedShare ? 0 : hearing.sinceClipMs + lengthMs,
  };
}

export type Verdict =
  | { readonly verdict: "good" | "quiet" | "clipping" }
  | { readonly verdict: "silent"; readonly seconds: number };

export function judgeLevel({ silentMs, quietMs, sinceClipMs }: Hearing): Verdict {
  if (silentMs >= silentAfterMs) return { verdict: "silent", seconds: Math.floor(silentMs / 1000) };
  if (sinceClipMs < clipShownMs) return { verdict: "clipping" };
  if (quietMs >= quietAfterMs) return { verdict: "quiet" };
  return { verdict: "good" };
}

export type SourceKind = "voice" | "microphone" | "tab" | "file";

export type LevelWords = {
  readonly seen: string;
  /** Does not change with every second; `null`: as it was. */
  readonly announced: string | null;
};

export function levelInWords(verdict: Verdict, source: SourceKind): LevelWords {
  switch (verdict.verdict) {
    case "good":
      return both("Level is good");
    case "clipping":
      return both("Too loud: clipping. Turn it down.");
    case "quiet":
      return both(`Too quiet. ${source === "microphone" ? "Speak closer, or turn it up." : "Turn it up."}`);
    case "silent":
      return {
        seen: `No sound for ${verdict.seconds} s${silentBecause[source]}`,
        announced: verdict.seconds < silentAnnouncedAfterS ? null : `No sound${silentBecause[source]}`,
      };
  }
}

const silentBecause: Readonly<Record<SourceKind, string>> = {
  microphone: ": is the microphone muted?",
  tab: ": is the tab playing, and not muted?",
  file: "",
  voice: "",
};

function both(words: string): LevelWords {
  return { seen: words, announced: words };
}
