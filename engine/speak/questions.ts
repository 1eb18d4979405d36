import * as v from "valibot";

/** What the voice's thread is asked: one piece of plain ASCII text, and how much slower than usual to speak it. */
export type SpeakQuestion = { text: string; voice: string; stretch: number };

const speakQuestionSchema = v.object({ text: v.string(), voice: v.string(), stretch: v.number() });
const samplesSchema = v.instance(Float32Array);

export const parseSpeakQuestion = (value: unknown): SpeakQuestion => v.parse(speakQuestionSchema, value);
export const parseSamples = (value: unknown): Float32Array => v.parse(samplesSchema, value);

/** What the voice's thread is started with: a folder of its own to write to. */
const voiceDataSchema = v.object({ folder: v.string() });

export const parseVoiceData = (value: unknown): { folder: string } => v.parse(voiceDataSchema, value);
