import { describe, expect, it } from "vitest";
import { type AudioSource, openAudio } from "../../../cli/broadcast/source.ts";
import { UserError } from "../../../cli/errors.ts";
import { readWav } from "../../../client/index.ts";
import { wavFile } from "../../support/wav-file.ts";

const format = { encoding: "linear16", sampleRate: 16_000, channels: 2 } as const;
const pcm = Uint8Array.from({ length: 4_000 }, (_, at) => (at * 7) % 251);

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, undefined> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function all({ pieces }: AudioSource, width: number): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    expect(next.value.length % width).toBe(0);
    read.push(next.value);
  }
  return new Uint8Array(Buffer.concat(read));
}

/** 24-bit samples behind a list of what they are, and something behind them. */
function wav24(): Uint8Array {
  const file = Buffer.from(wavFile(format, pcm.subarray(0, 3_996)));
  file.writeUInt16LE(24, 34);
  const list = Buffer.concat([Buffer.from("LIST\u0003\0\0\0abc\0", "latin1")]);
  const after = Buffer.from("LIST\u0004\0\0\0tail", "latin1");
  return new Uint8Array(Buffer.concat([file.subarray(0, 36), list, file.subarray(36), after]));
}

describe("audio as it comes", () => {
  it.each([1, 7, 45, 100_000])("is the same as the file's, in pieces of %i bytes", async (length) => {
    for (const file of [wavFile(format, pcm), wav24()]) {
      const whole = readWav(file);
      const source = await openAudio(inPieces(file, length), null, "file");
      expect(source.format).toEqual(whole.format);
      expect(source.totalMs).toBe(Math.round((whole.data.length / 4 / 16_000) * 1_000));
      expect(await all(source, 4)).toEqual(new Uint8Array(whole.data));
    }
  });

  it.each([0, 0xffff_ffff])("goes on to the end of a stream whose length is open (%i)", async (size) => {
    const file = wavFile(format, pcm);
    new DataView(file.buffer, file.byteOffset).setUint32(40, size, true);
    const source = await openAudio(inPieces(file, 333), null, "stdin");
    expect(source.totalMs).toBeNull();
    expect(await all(source, 4)).toEqual(pcm);
  });

  it("is raw when it does not begin like a WAV file and raw audio is expected", async () => {
    const source = await openAudio(inPieces(pcm, 13), format, "stdin");
    expect(source.format).toEqual(format);
    expect(await all(source, 4)).toEqual(pcm);
    const short = await openAudio(inPieces(pcm.subarray(0, 6), 6), format, "stdin");
    expect(await all(short, 4)).toEqual(pcm.subarray(0, 4));
  });

  it.each([
    ["nothing at all", new Uint8Array(0)],
    ["less than a sample of each channel", pcm.subarray(0, 3)],
    ["the head of a WAV stream", wavFile(format, pcm).subarray(0, 44)],
  ])("is refused from a pipe that brings %s", async (_, bytes) => {
    const opened = openAudio(inPieces(bytes, 8), format, "stdin");
    await expect(opened).rejects.toThrow(UserError);
    await expect(opened).rejects.toThrow("without any audio");
  });

  it.each([
    ["no WAV", pcm],
    ["nothing", new Uint8Array(0)],
    ["a header alone", wavFile(format, pcm).subarray(0, 30)],
    ["a header and less than a sample", wavFile(format, pcm).subarray(0, 46)],
  ])("is refused in words when it is %s", async (_, bytes) => {
    await expect(openAudio(inPieces(bytes, 8), null, "talk.wav")).rejects.toThrow(UserError);
    await expect(openAudio(inPieces(bytes, 8), null, "talk.wav")).rejects.toThrow("talk.wav");
  });
});
