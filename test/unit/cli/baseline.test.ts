import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Baseline,
  baselineText,
  compare,
  type Entry,
  ratesOf,
  readBaseline,
} from "../../../cli/wer/baseline.ts";

const entry = (file: string, edits: number, wrongSentences = edits > 0 ? 1 : 0): Entry => ({
  file,
  words: 50,
  edits,
  sentences: 5,
  wrongSentences,
});
const before: Baseline = { version: 1, entries: [entry("a.wav", 2), entry("b.wav", 0)] };

describe("a baseline", () => {
  it("gives each file its verdict", () => {
    const { files } = compare(before, [entry("new.wav", 9), entry("b.wav", 1), entry("a.wav", 2, 1)], 1);
    expect(files).toEqual([
      { file: "new.wav", verdict: "new" },
      { file: "b.wav", verdict: "worse" },
      { file: "a.wav", verdict: "same" },
    ]);
    expect(compare(before, [entry("a.wav", 1)], 1).files).toEqual([
      { file: "a.wav", verdict: "better" },
      { file: "b.wav", verdict: "gone" },
    ]);
    expect(compare(before, [entry("a.wav", 2, 2)], 1).files[0]?.verdict).toBe("worse");
  });

  it("is undercut by more than the tolerance, in words or in sentences", () => {
    const worse = [entry("a.wav", 3), entry("b.wav", 0)];
    expect(compare(before, worse, 0)).toMatchObject({
      before: { wer: 0.02 },
      now: { wer: 0.03 },
      isWorse: true,
    });
    expect(compare(before, worse, 0.01).isWorse).toBe(false);
    const moreSentences = [entry("a.wav", 2, 2), entry("b.wav", 0)];
    expect(compare(before, moreSentences, 0.05)).toMatchObject({
      now: { wer: 0.02, ser: 0.2 },
      isWorse: true,
    });
    expect(compare(before, moreSentences, 0.1).isWorse).toBe(false);
    expect(compare(before, before.entries, 0).isWorse).toBe(false);
  });

  it("is compared in what both sides have", () => {
    const { before: was, now, isWorse } = compare(before, [entry("b.wav", 0), entry("c.wav", 50)], 0);
    expect([was, now, isWorse]).toEqual([{ wer: 0, ser: 0 }, { wer: 0, ser: 0 }, false]);
    expect(() => compare(before, [entry("c.wav", 0)], 0)).toThrow("none of these files");
  });

  it("weighs long files more", () => {
    expect(
      ratesOf([
        { ...entry("a", 10), words: 10 },
        { ...entry("b", 0), words: 90 },
      ]),
    ).toEqual({ wer: 0.1, ser: 0.1 });
    expect(ratesOf([])).toEqual({ wer: 0, ser: 0 });
  });

  describe("in a file", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "captionwire-baseline-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("is what was written, and nothing else is one", () => {
      const file = join(folder, "baseline.json");
      writeFileSync(file, baselineText(before.entries));
      expect(readBaseline(file)).toEqual(before);
      writeFileSync(file, '{"version":1}');
      expect(() => readBaseline(file)).toThrow("--save-baseline");
    });
  });
});
