import * as v from "valibot";
import type { VadMemory } from "./vad-memory.ts";
import type { Hypothesis } from "./words.ts";

/**
 * What the recogniser's thread is asked: one stretch of 16 kHz audio, a guess at its tokens (may be empty), and whether
 * there is certainly speech in it.
 */
export type RecogniseQuestion = { audio: Float32Array; draft: readonly number[]; insist: boolean };

const float32 = v.instance(Float32Array);
const numbers = v.array(v.number());

const recogniseQuestionSchema = v.object({ audio: float32, draft: numbers, insist: v.boolean() });

const hypothesisSchema = v.object({
  text: v.string(),
  words: v.array(v.object({ text: v.string(), start: v.number(), end: v.number(), confidence: v.number() })),
  tokens: numbers,
  tokenStarts: numbers,
});

export const parseRecogniseQuestion = (value: unknown): RecogniseQuestion =>
  v.parse(recogniseQuestionSchema, value);
export const parseHypothesis = (value: unknown): Hypothesis => v.parse(hypothesisSchema, value);

/** What the voice activity thread is asked: whole windows of 16 kHz audio, and what it remembered of the stream. */
export type VadQuestion = { audio: Float32Array; memory: VadMemory };
export type VadAnswer = { probabilities: number[]; memory: VadMemory };

const memorySchema = v.object({ state: float32, context: float32 });
const vadQuestionSchema = v.object({ audio: float32, memory: memorySchema });
const vadAnswerSchema = v.object({ probabilities: numbers, memory: memorySchema });

export const parseVadQuestion = (value: unknown): VadQuestion => v.parse(vadQuestionSchema, value);
export const parseVadAnswer = (value: unknown): VadAnswer => v.parse(vadAnswerSchema, value);
