/**
 * Errors in the JSON shapes of Deepgram reference 1.3: `legacy` (`err_code`, `err_msg`) and `modern` (`category`,
 * `message`, `details`). Both carry the request id and go out with a `dg-error` header.
 */
export type WireError =
  | { shape: "legacy"; status: number; code: string; message: string }
  | { shape: "modern"; status: number; category: string; message: string; details: string };

export function errorBody(error: WireError, requestId: string): string {
  return JSON.stringify(
    error.shape === "legacy"
      ? { err_code: error.code, err_msg: error.message, request_id: requestId }
      : { category: error.category, message: error.message, details: error.details, request_id: requestId },
  );
}

const legacy = (status: number, code: string, message: string): WireError => ({
  shape: "legacy",
  status,
  code,
  message,
});
const modern = (status: number, category: string, message: string, details: string): WireError => ({
  shape: "modern",
  status,
  category,
  message,
  details,
});

export const invalidCredentials = () => legacy(401, "INVALID_AUTH", "Invalid credentials.");
export const invalidQuery = (details: string) =>
  legacy(400, "Bad Request", `Invalid query string. ${details}`);
export const noSuchModel = () => legacy(400, "Bad Request", "No such model/language/tier combination found.");
export const tooManyKeyterms = () =>
  legacy(
    400,
    "Bad Request",
    "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.",
  );
export const undecodableAudio = () =>
  legacy(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data");
export const tooManyRequests = () =>
  legacy(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later");
export const forbidden = () => legacy(403, "FORBIDDEN", "Insufficient permissions.");
export const noSuchVoice = () => legacy(400, "Bad Request", "No such model/version combination found.");
export const unknownParameter = (name: string) =>
  modern(400, "INVALID_QUERY_PARAMETER", "Invalid query parameter.", `Unknown query parameter: ${name}.`);
export const modernQueryError = (details: string, category = "INVALID_QUERY_PARAMETER") =>
  modern(400, category, "Invalid query parameter.", details);
export const notAvailable = (details: string) =>
  modern(400, "UNSUPPORTED_AUDIO_FORMAT", "Unsupported audio format.", details);
export const emptyText = () => legacy(400, "Bad Request", "Input text contains no characters.");
export const badPayload = (details: string) => modern(400, "PAYLOAD_ERROR", "Invalid payload.", details);
export const invalidJson = (details: string) =>
  modern(400, "INVALID_JSON", "Invalid JSON submitted.", details);
export const textTooLong = () =>
  legacy(413, "Payload Too Large", "Input text exceeds maximum character limit of 2000.");
export const bodyTooLarge = (limit: string) =>
  modern(413, "PAYLOAD_TOO_LARGE", "Payload too large.", `The body is larger than ${limit}.`);
export const remoteContent = (details: string) =>
  modern(400, "REMOTE_CONTENT_ERROR", "Remote content is not available.", details);
export const unsupportedMediaType = () =>
  modern(
    415,
    "UNSUPPORTED_MEDIA_TYPE",
    "Unsupported media type.",
    "Send application/json with a text field, or text/plain.",
  );
export const notFound = () => legacy(404, "Not Found", "Not found.");
export const methodNotAllowed = () => legacy(405, "Method Not Allowed", "Method not allowed.");
export const upgradeRequired = () =>
  legacy(426, "Upgrade Required", "Send audio with POST, or open a WebSocket.");
export const gatewayTimeout = () =>
  legacy(504, "Gateway Timeout", "The recording took longer than can be waited for.");
export const internalError = () => legacy(500, "Internal Server Error", "Internal error.");
