import type { Page } from "playwright-core";

/** A piece of audio that was given to the sound card's clock. */
export type PlayedPiece = {
  /** Seconds on the clock of its context. */
  readonly at: number;
  readonly rate: number;
  readonly samples: readonly number[];
  /** What the page said of itself just then. */
  readonly state: string;
};

export type Heard = {
  readonly pieces: readonly PlayedPiece[];
  /** So many of them are over. */
  readonly ended: number;
  /** The loudest that came out of the contexts, 0–1. */
  readonly loudest: number;
  /** Of each context there was. */
  readonly contexts: readonly AudioContextState[];
  /** How far `audio` elements have played while they were not paused. */
  readonly mediaSeconds: number;
};

/** Listens to what a page plays from its next load on. */
export async function listenTo(page: Page): Promise<() => Promise<Heard>> {
  await page.addInitScript(() => {
    const ears = new Map<AudioContext, AnalyserNode>();
    const heard = { pieces: [] as unknown[], ended: 0, loudest: 0, mediaSeconds: 0 };
    Reflect.set(globalThis, "heard", () => ({
      ...heard,
      contexts: [...ears.keys()].map(({ state }) => state),
    }));

    const earOf = (context: AudioContext): AnalyserNode => {
      const known = ears.get(context);
      if (known !== undefined) return known;
      const ear = context.createAnalyser();
      ears.set(context, ear);
      const window = new Float32Array(ear.fftSize);
      const look = (): void => {
        ear.getFloatTimeDomainData(window);
        heard.loudest = Math.max(heard.loudest, ...window.map(Math.abs));
        if (context.state !== "closed") setTimeout(look, 20);
      };
      look();
      return ear;
    };
    const connect: (this: AudioNode, to: AudioNode) => AudioNode = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode && this.context instanceof AudioContext)
        connect.call(this, earOf(this.context));
      return connect.call(this, to);
    } as typeof AudioNode.prototype.connect;
    const { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (at = 0) {
      this.addEventListener("ended", () => {
        heard.ended += 1;
      });
      heard.pieces.push({
        at,
        rate: this.context.sampleRate,
        samples: [...(this.buffer?.getChannelData(0) ?? [])],
        state: document.querySelector("#announced")?.textContent ?? "",
      });
      start.call(this, at);
    };
    addEventListener(
      "timeupdate",
      ({ target }) => {
        if (target instanceof HTMLMediaElement && !target.paused)
          heard.mediaSeconds = Math.max(heard.mediaSeconds, target.currentTime);
      },
      true,
    );
  });
  return () => page.evaluate(() => Reflect.get(globalThis, "heard")());
}

/** Samples of silence before each piece: none where it begins at the very sample at which the one before ends. */
export function gapsIn(pieces: readonly PlayedPiece[]): number[] {
  return pieces.map(({ at, rate }, index) => {
    const before = pieces[index - 1];
    if (before === undefined) return 0;
    const end = Math.round(before.at * rate) + before.samples.length;
    return Math.round(at * rate) - end;
  });
}
