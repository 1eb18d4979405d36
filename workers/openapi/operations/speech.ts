import * as v from "valibot";
import { limits, timing } from "../../../shared/limits.ts";
import { flacRates, linearRates, opusBitRates, speakEncodings, telephoneRates } from "../../speak/formats.ts";
import { refusalOf } from "../../speak/pipeline/failure.ts";
import * as refusal from "../../speak/refusal.ts";
import { speakParameters, tagsMax } from "../../speak/request/query.ts";
import type { Answer, Operation, Parameter } from "../operation.ts";

const sampleRates = [...new Set([...linearRates, ...telephoneRates, ...flacRates])].sort((a, b) => a - b);

const parameters: readonly Parameter[] = [
  {
    name: "model",
    in: "query",
    description: "The voice. Default `aura-asteria-en`.",
    schema: speakParameters.model,
    example: "aura-2-thalia-en",
  },
  {
    name: "encoding",
    in: "query",
    description:
      "Default `mp3`. A text of several chunks is not spoken in `flac` or `aac`, which cannot be joined.",
    schema: v.picklist(speakEncodings),
  },
  {
    name: "container",
    in: "query",
    description: "`wav` (default) or `none` for linear16, mulaw and alaw; `ogg` for opus.",
    schema: v.picklist(["wav", "none", "ogg"]),
  },
  {
    name: "sample_rate",
    in: "query",
    description:
      "Hz. linear16: 8000, 16000, 24000 (default), 32000, 48000; mulaw and alaw: 8000 (default), 16000; flac: 8000, 16000, 22050, 32000, 48000.",
    schema: v.picklist(sampleRates),
  },
  {
    name: "bit_rate",
    in: "query",
    description:
      "Bits per second. mp3: 32000 or 48000 (default); opus: 4000–650000, default 12000; aac: 4000–192000, default 48000.",
    schema: v.pipe(v.number(), v.integer(), v.minValue(opusBitRates.min), v.maxValue(opusBitRates.max)),
  },
  {
    name: "speed",
    in: "query",
    description: "How fast is spoken, 1 being usual. With four decimals at most.",
    // Read as its digits, which are passed on.
    schema: v.pipe(v.number(), v.minValue(0), v.maxValue(9.9999)),
    example: 1.1,
  },
  {
    name: "mip_opt_out",
    in: "query",
    description: "Passed on: the provider is not to learn from this text.",
    schema: speakParameters.mip_opt_out,
  },
  {
    name: "tag",
    in: "query",
    description: `Passed on, for the provider's usage reports. Up to ${tagsMax} times.`,
    schema: speakParameters.tag,
    repeated: true,
  },
];

const audio: Answer = {
  description:
    "The audio, passed on as it comes and as fast as you read it. Of unknown length; one that breaks off broke.",
  headers: [
    "dg-request-id",
    "dg-model-name",
    "dg-model-uuid",
    "dg-char-count",
    "server-timing",
    "x-captionwire-cache",
    "cache-control",
  ],
  content: {
    "audio/mpeg": { kind: "binary" },
    "audio/wav": { kind: "binary" },
    "audio/l16": { kind: "binary" },
    "audio/mulaw": { kind: "binary" },
    "audio/alaw": { kind: "binary" },
    "audio/ogg": { kind: "binary" },
    "audio/flac": { kind: "binary" },
    "audio/aac": { kind: "binary" },
  },
};

/** One of each kind. */
const refusals = [
  refusal.unknownParameter("pitch"),
  refusal.badFormat("sample_rate must be one of 8000, 16000 when encoding=mulaw."),
  refusal.badPayload("Send exactly one of text and url."),
  refusal.notJson(),
  refusal.noText(),
  refusal.textTooLong(limits.speakMaxCharacters),
  refusal.wrongMediaType(),
  refusal.tooManyRequests(`Only ${limits.speakAtOnceMax} requests at once are possible with one token.`, 1),
  refusalOf({ kind: "refused", status: 401, body: { retryable: false }, retryAfterMs: null }),
  refusalOf({ kind: "unreachable" }),
  refusalOf({ kind: "empty" }),
  refusalOf({ kind: "silent" }),
];

const speak = {
  method: "post",
  tag: "Speech",
  summary: "Speak a text",
  access: { kind: "token", scopes: ["speak"] },
  parameters,
  body: {
    json: "SpeakBody",
    examples: { short: { text: "Good evening, and welcome to the programme." } },
    text: "Good evening, and welcome to the programme.",
  },
  answers: { 200: audio },
  errors: ["cap_reached"],
  refusesLike: "deepgram",
  refusals,
  passesRefusals: true,
} as const satisfies Partial<Operation>;

export const speech: readonly Operation[] = [
  {
    ...speak,
    id: "speak",
    path: "/v1/speak",
    description: `Deepgram's text-to-speech for text of up to ${limits.speakMaxCharacters} code points: divided at the ends of \
sentences, heard as one stream without a gap, the first byte passed on at once.

Errors are in Deepgram's shapes, because its clients read them. What the provider refuses of the text is passed on with its \
status and in its words. Bodies have ${limits.speakBodyMaxBytes} bytes at most. \`x-request-id\` is what \`GET /v1/speak/{requestId}\` is asked with.`,
  },
  {
    ...speak,
    id: "speakAlias",
    path: "/speak",
    summary: "Speak a text, at the address that some clients know",
    description: "The same as `POST /v1/speak`.",
  },
  {
    id: "speakReport",
    method: "get",
    path: "/v1/speak/{requestId}",
    tag: "Speech",
    summary: "How a request to speak ended",
    description: `Chunks, characters asked, spoken and delivered, and what went wrong. Kept for ${timing.speakReportKeptMs / 3_600_000} hours, \
for any token of the same tenant. A request that is not over is \`running\`, and told of once it has run for a second.`,
    access: { kind: "token", scopes: ["speak"] },
    parameters: [
      {
        name: "requestId",
        in: "path",
        description: "The `x-request-id` of the answer with the audio.",
        schema: v.pipe(v.string(), v.uuid()),
        example: "0b6dbd4e-7a1c-4f0e-9d3e-0d8a3c5b9a11",
      },
    ],
    answers: {
      200: {
        description: "The report.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "SpeakReport" } },
      },
    },
    errors: ["not_found"],
    refusesLike: "deepgram",
  },
];
