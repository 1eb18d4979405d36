import { part } from "../page.ts";
import {
  afterPiece,
  decibels,
  floorDb,
  judgeLevel,
  type Level,
  levelInWords,
  levelOf,
  nothingHeard,
  type SourceKind,
  silence,
} from "./sound/level.ts";
import { bytesPerSecond } from "./sound/sound.ts";

const tickMs = 1_000;

export type Meter = {
  /** Sound of this kind begins. */
  begin(source: SourceKind): void;
  heard(audio: Uint8Array): void;
  end(): void;
};

/** Shows how loud a sound is, in a picture and in words; also that nothing comes at all. */
export function createMeter(): Meter {
  const gauge = part("level", HTMLElement);
  const fill = part("level-rms", HTMLElement);
  const mark = part("level-peak", HTMLElement);
  const seen = part("level-words", HTMLElement);
  const spoken = part("level-announced", HTMLElement);
  seen.setAttribute("aria-hidden", "true");
  let hearing = nothingHeard;
  let source: SourceKind = "voice";
  let timer: ReturnType<typeof setInterval> | undefined;
  let isHeard = false;

  function draw({ peak, rms }: Level): void {
    const rmsDb = Math.round(decibels(rms));
    fill.style.inlineSize = shareOf(rmsDb);
    mark.style.insetInlineStart = shareOf(decibels(peak));
    gauge.setAttribute("aria-valuenow", String(rmsDb));
    gauge.setAttribute("aria-valuetext", `${rmsDb} decibels, peak ${Math.round(decibels(peak))}`);
  }

  function say(): void {
    const verdict = judgeLevel(hearing);
    const words = levelInWords(verdict, source);
    seen.dataset.tone = verdict.verdict === "good" ? "live" : "trouble";
    if (seen.textContent !== words.seen) seen.textContent = words.seen;
    if (words.announced !== null && spoken.textContent !== words.announced)
      spoken.textContent = words.announced;
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    hearing = nothingHeard;
    isHeard = false;
    seen.textContent = "";
    spoken.textContent = "";
    delete seen.dataset.tone;
    draw(silence);
  }

  stop();
  return {
    begin(kind) {
      stop();
      source = kind;
      timer = setInterval(() => {
        // Where nothing comes at all, time passes in silence too.
        if (!isHeard) {
          hearing = afterPiece(hearing, silence, tickMs);
          draw(silence);
          say();
        }
        isHeard = false;
      }, tickMs);
    },
    heard(audio) {
      // The rest of a sound that was stopped.
      if (timer === undefined) return;
      isHeard = true;
      const level = levelOf(audio);
      hearing = afterPiece(hearing, level, (audio.length * 1000) / bytesPerSecond);
      draw(level);
      say();
    },
    end: stop,
  };
}

function shareOf(db: number): string {
  return `${((db - floorDb) / -floorDb) * 100}%`;
}
