/**
 * Why nothing is spoken, in the JSON shapes of Deepgram (its clients read them) plus `retryable`. Throw it before the
 * first byte; afterwards a body can only end with an error.
 */
export class SpeakRefusal extends Error {
  readonly status: number;
  /** What is answered, but for the request's id. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterS: number | null;

  constructor(status: number, body: RefusalBody, retryAfterS: number | null = null) {
    super(messageOf(body));
    this.name = "SpeakRefusal";
    this.status = status;
    this.body = body;
    this.retryAfterS = retryAfterS;
  }
}

/** The provider's own words, whatever their shape, or ours. */
export type RefusalBody = Readonly<Record<string, unknown>> & { readonly retryable: boolean };

function messageOf(body: RefusalBody): string {
  return [body.err_msg, body.message].find((text) => typeof text === "string") ?? "Refused.";
}

const legacy = (status: number, err_code: string, err_msg: string) =>
  new SpeakRefusal(status, { err_code, err_msg, retryable: false });

const modern = (status: number, category: string, message: string, details: string) =>
  new SpeakRefusal(status, { category, message, details, retryable: false });

export const unknownParameter = (name: string) =>
  badParameter(`Unknown query parameter: ${name.slice(0, 64)}.`);
export const badParameter = (details: string) =>
  modern(400, "INVALID_QUERY_PARAMETER", "Invalid query parameter.", details);
export const badFormat = (details: string) =>
  modern(400, "UNSUPPORTED_AUDIO_FORMAT", "Unsupported audio format.", details);
export const badPayload = (details: string) => modern(400, "PAYLOAD_ERROR", "Invalid payload.", details);
export const notJson = () => modern(400, "INVALID_JSON", "Invalid JSON submitted.", "The body is not JSON.");
export const noText = () => legacy(400, "Bad Request", "Input text contains no characters.");
export const textTooLong = (max: number) =>
  legacy(413, "Payload Too Large", `Input text exceeds maximum character limit of ${max}.`);
export const wrongMediaType = () =>
  modern(
    415,
    "UNSUPPORTED_MEDIA_TYPE",
    "Unsupported media type.",
    "Send application/json with a text, or text/plain.",
  );
export const tooManyRequests = (err_msg: string, retryAfterS: number) =>
  new SpeakRefusal(429, { err_code: "TOO_MANY_REQUESTS", err_msg, retryable: true }, retryAfterS);
