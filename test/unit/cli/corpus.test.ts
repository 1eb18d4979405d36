import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCorpus } from "../../../cli/wer/corpus.ts";

describe("transcripts.tsv", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-corpus-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string): void => writeFileSync(join(folder, "transcripts.tsv"), text);

  it("may have a header, more columns, and the line ends of any system", () => {
    write("file\ttranscript\tlicence\r\na.wav\tHello there.\tMIT\r\n\r\nb.wav\tBye.\r\n");
    expect(readCorpus(folder)).toEqual([
      { file: "a.wav", transcript: "Hello there." },
      { file: "b.wav", transcript: "Bye." },
    ]);
  });

  it("may have no header", () => {
    write("a.wav\tHello there.");
    expect(readCorpus(folder)).toEqual([{ file: "a.wav", transcript: "Hello there." }]);
  });

  it("says what is wrong with it", () => {
    expect(() => readCorpus(folder)).toThrow("transcripts.tsv cannot be read");
    write("a.wav Hello");
    expect(() => readCorpus(folder)).toThrow("line 1: a tab is missing");
    write("file\ttranscript\n");
    expect(() => readCorpus(folder)).toThrow("names no recording");
  });
});
