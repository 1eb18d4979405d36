/** Silero judges 16 kHz audio in windows of this many samples (32 ms), and reads a few samples before each. */
export const VAD_WINDOW_SAMPLES = 512;
export const VAD_CONTEXT_SAMPLES = 64;

const STATE_SIZE = 256;

/** What the network remembers of one stream between windows. Plain data, so that any thread can carry the stream on. */
export type VadMemory = { state: Float32Array; context: Float32Array };

/** The memory with which a stream begins. */
export function freshVadMemory(): VadMemory {
  return { state: new Float32Array(STATE_SIZE), context: new Float32Array(VAD_CONTEXT_SAMPLES) };
}
