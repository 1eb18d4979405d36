import { createPcmReader } from "./audio/pcm.ts";
import { createResampler } from "./audio/resample.ts";
import { createWavReader } from "./audio/wav-reader.ts";
import { loadSilero } from "./recognise/models.ts";
import { RECOGNISER_RATE } from "./recognise/moonshine.ts";
import { judgeSpeech } from "./recognise/silero.ts";
import { freshVadMemory, VAD_WINDOW_SAMPLES } from "./recognise/vad-memory.ts";

/**
 * A program: a WAV file on stdin, and on stdout how likely somebody speaks in each window of it, as
 * `{"windowS":0.032,"probabilities":[…]}`. For whoever measures what heard the same recording.
 */

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const session = await loadSilero();
const wav = createWavReader();
let hear: ((bytes: Uint8Array) => Float32Array) | null = null;
let rest = new Float32Array(0);
let memory = freshVadMemory();
const probabilities: number[] = [];

for await (const bytes of process.stdin) {
  const read = wav.read(bytes);
  if (read.kind === "undecodable") fail(read.reason);
  if (read.kind === "waiting") continue;
  hear ??= listenTo(read.format.sampleRate, createPcmReader(read.format.channels, read.format.encoding));
  const samples = hear(read.bytes);
  const waiting = new Float32Array(rest.length + samples.length);
  waiting.set(rest);
  waiting.set(samples, rest.length);
  const whole = waiting.length - (waiting.length % VAD_WINDOW_SAMPLES);
  rest = waiting.slice(whole);
  const judged = await judgeSpeech(session, waiting.subarray(0, whole), memory);
  memory = judged.memory;
  // Six digits of a probability say nothing that three do not.
  for (const probability of judged.probabilities) probabilities.push(Math.round(probability * 1000) / 1000);
}
if (hear === null) fail("there is no audio");
process.stdout.write(`${JSON.stringify({ windowS: VAD_WINDOW_SAMPLES / RECOGNISER_RATE, probabilities })}\n`);

function listenTo(
  rate: number,
  pcm: ReturnType<typeof createPcmReader>,
): (bytes: Uint8Array) => Float32Array {
  const resampler = createResampler(rate, RECOGNISER_RATE);
  return (bytes) => resampler.push(pcm.read(bytes));
}
