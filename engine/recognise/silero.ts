import * as ort from "onnxruntime-web/wasm";
import { VAD_CONTEXT_SAMPLES, VAD_WINDOW_SAMPLES, type VadMemory } from "./vad-memory.ts";

const STATE_SHAPE = [2, 1, 128];
const SAMPLE_RATE = BigInt64Array.of(16_000n);

/**
 * The probability of speech (0–1) in each window of `audio`, whose length must be a multiple of {@link VAD_WINDOW_SAMPLES},
 * and the memory with which the next call continues.
 */
export async function judgeSpeech(
  session: ort.InferenceSession,
  audio: Float32Array,
  memory: VadMemory,
): Promise<{ probabilities: number[]; memory: VadMemory }> {
  const probabilities: number[] = [];
  let { state, context } = memory;
  const sr = new ort.Tensor("int64", SAMPLE_RATE, []);
  for (let at = 0; at + VAD_WINDOW_SAMPLES <= audio.length; at += VAD_WINDOW_SAMPLES) {
    const input = new Float32Array(VAD_CONTEXT_SAMPLES + VAD_WINDOW_SAMPLES);
    input.set(context);
    input.set(audio.subarray(at, at + VAD_WINDOW_SAMPLES), VAD_CONTEXT_SAMPLES);
    const outputs = await session.run({
      input: new ort.Tensor("float32", input, [1, input.length]),
      state: new ort.Tensor("float32", state, STATE_SHAPE),
      sr,
    });
    const output = outputs.output?.data;
    const nextState = outputs.stateN?.data;
    if (!(output instanceof Float32Array) || !(nextState instanceof Float32Array)) {
      throw new Error("the voice activity model gave no answer");
    }
    probabilities.push(output[0] ?? 0);
    state = nextState;
    context = input.slice(VAD_WINDOW_SAMPLES);
  }
  return { probabilities, memory: { state, context } };
}
