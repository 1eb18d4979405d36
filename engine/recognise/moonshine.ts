import * as ort from "onnxruntime-web/wasm";
import { meanAttention } from "./attention.ts";
import type { MoonshineSessions } from "./models.ts";
import { type Decoder, decodeGreedily, type Step } from "./speculate.ts";

/** Audio rate of the recogniser, of the voice activity detector, and of every sample position inside the engine. */
export const RECOGNISER_RATE = 16_000;

const START_TOKEN = 1;
const END_TOKEN = 2;
const LAYERS = 6;
const HEADS = 8;
const HEAD_SIZE = 36;
const VOCABULARY = 32_768;

/** Fast speech is about 5 words a second; an answer with more tokens than this for its audio is invented. */
const MAX_TOKENS_PER_SECOND = 6.5;
const MIN_TOKEN_LIMIT = 6;

/** Below this distance from the best, a logit adds less than 1e-5 of the whole to the softmax's sum. */
const NEGLIGIBLE_LOGIT_DISTANCE = 22;

type Tensors = Record<string, ort.Tensor>;

export type TokenQuestion = {
  /** 16 kHz, at least 0.2 s; longer than 30 s is outside what the model was trained on. */
  audio: Float32Array;
  /** A guess at the tokens, which makes it faster but does not change the answer. */
  draft: readonly number[];
  /** There is speech in this audio: when the model hears nothing, it is asked once more and may not answer "nothing". */
  insist: boolean;
};

/** An answer given only on insisting is believed from this mean token probability on; noise gives less. */
const BELIEVABLE = 0.35;

/** Recognises one stretch of audio. */
export async function recogniseTokens(sessions: MoonshineSessions, question: TokenQuestion): Promise<Step[]> {
  const { audio, draft, insist } = question;
  const input = new ort.Tensor("float32", audio, [1, audio.length]);
  const encoded = await sessions.encoder.run({ input_values: input });
  const hidden = tensor(encoded, "last_hidden_state");
  try {
    const maxTokens = MIN_TOKEN_LIMIT + Math.ceil((audio.length / RECOGNISER_RATE) * MAX_TOKENS_PER_SECOND);
    const options = { startToken: START_TOKEN, endToken: END_TOKEN, maxTokens };
    const answer = await decodeGreedily(createDecoder(sessions.decoder, hidden, false), {
      ...options,
      draft,
    });
    if (answer.length > 0 || !insist) return answer;
    const insisted = await decodeGreedily(createDecoder(sessions.decoder, hidden, true), {
      ...options,
      draft: [],
    });
    return meanProbability(insisted) >= BELIEVABLE ? insisted : [];
  } finally {
    hidden.dispose();
  }
}

function meanProbability(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + step.probability, 0) / Math.max(1, steps.length);
}

/** `mustAnswer` forbids the end token as the first. */
function createDecoder(session: ort.InferenceSession, hidden: ort.Tensor, mustAnswer: boolean): Decoder {
  const frames = hidden.dims[1] ?? 0;
  let cache: Tensors = emptyCache();
  return {
    async run(tokens, kept) {
      const past = kept === 0 ? emptyCache() : truncate(cache, kept);
      const outputs = await session.run({
        input_ids: new ort.Tensor("int64", BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
        encoder_hidden_states: hidden,
        use_cache_branch: new ort.Tensor("bool", [kept > 0], [1]),
        ...past,
      });
      const next: Tensors = {};
      for (const [key, value] of cacheKeys) {
        // The branch with a cache gives back empty encoder keys and values; those of the first run stay valid.
        next[key] = kept > 0 && key.includes(".encoder.") ? tensor(past, key) : tensor(outputs, value);
      }
      cache = next;
      const logits = floats(tensor(outputs, "logits"));
      if (mustAnswer && kept === 0) logits[END_TOKEN] = Number.NEGATIVE_INFINITY;
      const attention = meanAttention((name) => floats(tensor(outputs, name)), tokens.length, frames);
      return attention.map((row, index) => ({
        ...best(logits, index * VOCABULARY, VOCABULARY),
        attention: row,
      }));
    },
  };
}

const cacheKeys: readonly (readonly [past: string, present: string])[] = Array.from(
  { length: LAYERS },
  (_, layer) =>
    ["decoder", "encoder"].flatMap((side) =>
      ["key", "value"].map(
        (part) => [`past_key_values.${layer}.${side}.${part}`, `present.${layer}.${side}.${part}`] as const,
      ),
    ),
).flat();

function emptyCache(): Tensors {
  const cache: Tensors = {};
  for (const [key] of cacheKeys) {
    cache[key] = new ort.Tensor("float32", new Float32Array(0), [1, HEADS, 0, HEAD_SIZE]);
  }
  return cache;
}

/** The decoder's own keys and values for the first `length` tokens; the encoder's as they are. */
function truncate(cache: Tensors, length: number): Tensors {
  const shorter: Tensors = {};
  for (const [key, value] of Object.entries(cache)) {
    const present = value.dims[2] ?? 0;
    if (key.includes(".encoder.") || present === length) {
      shorter[key] = value;
      continue;
    }
    const from = floats(value);
    const to = new Float32Array(HEADS * length * HEAD_SIZE);
    for (let head = 0; head < HEADS; head++) {
      const start = head * present * HEAD_SIZE;
      to.set(from.subarray(start, start + length * HEAD_SIZE), head * length * HEAD_SIZE);
    }
    shorter[key] = new ort.Tensor("float32", to, [1, HEADS, length, HEAD_SIZE]);
  }
  return shorter;
}

function best(logits: Float32Array, offset: number, length: number): { next: number; probability: number } {
  let next = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < length; index++) {
    const logit = logits[offset + index] ?? Number.NEGATIVE_INFINITY;
    if (logit > highest) {
      highest = logit;
      next = index;
    }
  }
  let sum = 0;
  for (let index = 0; index < length; index++) {
    const distance = highest - (logits[offset + index] ?? Number.NEGATIVE_INFINITY);
    if (distance < NEGLIGIBLE_LOGIT_DISTANCE) sum += Math.exp(-distance);
  }
  return { next, probability: 1 / sum };
}

function tensor(tensors: Readonly<Record<string, ort.Tensor>>, name: string): ort.Tensor {
  const found = tensors[name];
  if (found === undefined) throw new Error(`the model has no tensor ${name}`);
  return found;
}

function floats(value: ort.Tensor): Float32Array {
  const data = value.data;
  if (!(data instanceof Float32Array)) throw new Error(`expected a float32 tensor, got ${value.type}`);
  return data;
}
