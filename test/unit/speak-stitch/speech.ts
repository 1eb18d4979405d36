import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createSpeechEncoder } from "../../../engine/speak/encoders.ts";
import { loadFlite } from "../../../engine/speak/flite.ts";
import type { StitchableFormat } from "../../../workers/speak/formats.ts";

/** Spoken one by one, each by another voice: mono, 16 kHz. */
export async function speakAll(texts: readonly string[] = sentences): Promise<Float32Array[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "stitch-"));
  try {
    const flite = await loadFlite(folder);
    const spoken: Float32Array[] = [];
    for (const [index, text] of texts.entries()) {
      spoken.push(await flite.speak({ text, voice: voices[index % voices.length] ?? "slt", stretch: 1 }));
    }
    return spoken;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As a provider answers for one chunk of a stream in this format. */
export async function encoded(format: StitchableFormat, speech: Float32Array): Promise<Uint8Array> {
  const asked = "container" in format ? { ...format, container: "none" as const } : format;
  const encoder = await createSpeechEncoder(asked);
  try {
    const parts = [encoder.header];
    for (let at = 0; at < speech.length; at += pieceSamples) {
      parts.push(encoder.encode(speech.subarray(at, at + pieceSamples)));
    }
    parts.push(encoder.finish());
    return Buffer.concat(parts);
  } finally {
    encoder.free();
  }
}

export function encodeAll(format: StitchableFormat, spoken: readonly Float32Array[]): Promise<Uint8Array[]> {
  return Promise.all(spoken.map((speech) => encoded(format, speech)));
}

const pieceSamples = 4_000;
const voices = ["slt", "awb", "rms"] as const;
const sentences = [
  "The quick brown fox jumps over the lazy dog.",
  "Please turn on the lights in the living room.",
  "It is five past nine.",
];
