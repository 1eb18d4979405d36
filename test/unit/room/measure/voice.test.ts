import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeAlaw, encodeMulaw } from "../../../../engine/audio/g711.ts";
import { loadFlite } from "../../../../engine/speak/flite.ts";
import { FLITE_RATE } from "../../../../engine/speak/voices.ts";
import { cellMs, Voice } from "../../../../party/room/measure/voice.ts";
import { type AudioFormat, encodings } from "../../../../shared/audio.ts";
import { Random } from "../../../support/tape/random.ts";

const sentences = [
  "The train to the coast leaves from platform nine.",
  "We will meet in front of the library.",
];
const pauseMs = 2_000;

/** Sentences with pauses around them, full scale being 1, and the cells that are wholly in one. */
let recording: { readonly samples: Float32Array; readonly spoken: ReadonlySet<number> };

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-voice-"));
  const flite = await loadFlite(folder);
  const pause = new Float32Array((pauseMs * FLITE_RATE) / 1_000);
  const parts: Float32Array[] = [pause];
  const spoken = new Set<number>();
  const msOf = () => (parts.reduce((sum, { length }) => sum + length, 0) * 1_000) / FLITE_RATE;
  for (const text of sentences) {
    const first = Math.ceil(msOf() / cellMs);
    parts.push(await flite.speak({ text, voice: "slt", stretch: 1 }));
    for (let cell = first; cell < Math.floor(msOf() / cellMs); cell += 1) spoken.add(cell);
    parts.push(pause);
  }
  rmSync(folder, { recursive: true });
  recording = { samples: Float32Array.from(parts.flatMap((part) => [...part])), spoken };
});

type Sound = { readonly gain?: number; readonly noise?: number; readonly offset?: number };

/** The recording as a publisher would send it; `noise` and `offset` on the scale of 16 bits. */
function sentAs(format: AudioFormat, { gain = 1, noise = 0, offset = 0 }: Sound = {}): Uint8Array {
  const random = new Random(3);
  const samples = Int16Array.from(
    Array.from(recording.samples).flatMap((sample) => {
      const value = sample * 32_767 * gain + noise * (random.next() - 0.5) * 2 + offset;
      // One channel of two is silent, as with a guest who is not there.
      return format.channels === 1 ? [value] : [value, 0];
    }),
  );
  switch (format.encoding) {
    case "linear16":
      return new Uint8Array(samples.buffer);
    case "mulaw":
      return encodeMulaw(samples);
    case "alaw":
      return encodeAlaw(samples);
    default:
      return format.encoding satisfies never;
  }
}

/** The cells in which somebody speaks, as heard in frames of so many bytes. */
function heard(format: AudioFormat, audio: Uint8Array, bytesEach = 3_200): Set<number> {
  const cells = new Set<number>();
  const voice = new Voice(format, 0, 0, (cell) => cells.add(cell));
  for (let at = 0; at < audio.length; at += bytesEach) voice.take(audio.subarray(at, at + bytesEach));
  return cells;
}

function shares(cells: ReadonlySet<number>): { spoken: number; beside: number } {
  const hits = [...cells].filter((cell) => recording.spoken.has(cell)).length;
  // A sentence's first and last cell are partly pause.
  const far = [...cells].filter((cell) => ![-1, 0, 1].some((step) => recording.spoken.has(cell + step)));
  return { spoken: hits / recording.spoken.size, beside: far.length };
}

const plain: AudioFormat = { encoding: "linear16", sampleRate: FLITE_RATE, channels: 1 };

describe("where somebody seems to speak", () => {
  it.each(encodings.flatMap((encoding) => [1, 2].map((channels) => ({ encoding, channels }))))(
    "is found in $encoding of $channels channels",
    ({ encoding, channels }) => {
      const format = { ...plain, encoding, channels };
      const { spoken, beside } = shares(heard(format, sentAs(format)));
      expect(spoken).toBeGreaterThan(0.8);
      expect(beside).toBe(0);
    },
  );

  it.each([
    ["softly, without noise", { gain: 0.1 }, 0.7],
    ["in a humming room", { noise: 300 }, 0.7],
    ["softly in a quiet room", { gain: 0.3, noise: 60 }, 0.7],
    ["into a card with an offset", { offset: 2_000 }, 0.7],
  ])("is found when it is done %s", (_how, sound, share) => {
    const { spoken, beside } = shares(heard(plain, sentAs(plain, sound)));
    expect(spoken).toBeGreaterThan(share);
    expect(beside).toBe(0);
  });

  it("is the same however the audio is cut into frames", () => {
    const audio = sentAs(plain, { noise: 100 });
    const whole = heard(plain, audio, audio.length);
    for (const bytesEach of [640, 1_000, 7_777]) {
      const { size } = new Set([...heard(plain, audio, bytesEach)].filter((cell) => whole.has(cell)));
      // Where a value is cut in two at a seam it is passed over: a cell at the border may fall to the other side.
      expect(size).toBeGreaterThanOrEqual(whole.size - 2);
    }
  });

  it("is nowhere in silence, in even noise after a while, and in a single click", () => {
    expect(heard(plain, new Uint8Array(320_000)).size).toBe(0);
    const random = new Random(5);
    const even = new Int16Array(60 * FLITE_RATE).map(() => random.int(-3_000, 3_000));
    const cells = heard(plain, new Uint8Array(even.buffer));
    expect([...cells].filter((cell) => cell * cellMs > 40_000)).toEqual([]);
    const click = new Int16Array(5 * FLITE_RATE).fill(0);
    for (let at = 40_000; at < 40_200; at += 1) click[at] = at % 2 === 0 ? 20_000 : -20_000;
    expect(heard(plain, new Uint8Array(click.buffer)).size).toBe(0);
  });

  it("is judged once, also when the audio is sent again", () => {
    const audio = sentAs(plain);
    const half = Math.floor(audio.length / 4) * 2;
    const before = new Set<number>();
    const first = new Voice(plain, 0, 0, (cell) => before.add(cell));
    first.take(audio.subarray(0, half));
    const after = new Set<number>();
    const second = new Voice(plain, 16_000, first.judgedTo, (cell) => after.add(cell));
    second.take(audio.subarray(32_000));
    expect([...after].filter((cell) => before.has(cell))).toEqual([]);
    const all = heard(plain, audio);
    expect(before.size + after.size).toBeGreaterThanOrEqual(all.size - 2);
    expect(before.size + after.size).toBeLessThanOrEqual(all.size);
  });
});
