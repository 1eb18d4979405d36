import type { HeaderName } from "./operation.ts";

const text = { type: "string" } as const;

/** What headers of answers mean. */
export const headers = {
  "x-request-id": { description: "Names this request in the service's log.", schema: text },
  "retry-after": {
    description: "Seconds after which the same request may do better.",
    schema: { type: "integer", minimum: 0 },
  },
  etag: { description: "Of what the answer says; send it back as `if-none-match`.", schema: text },
  "cache-control": { description: "Who may keep the answer, and for how long.", schema: text },
  "content-disposition": { description: "The name under which a browser keeps the file.", schema: text },
  "dg-request-id": { description: "The provider's id of the request, or ours.", schema: text },
  "dg-model-name": { description: "The voice that speaks.", schema: text },
  "dg-model-uuid": { description: "The provider's id of that voice, where it tells one.", schema: text },
  "dg-char-count": {
    description: "Code points of the text.",
    schema: { type: "integer", minimum: 0 },
  },
  "server-timing": {
    description: "How long the first byte of audio took: `first-byte;dur=ms`.",
    schema: text,
  },
  "x-captionwire-cache": {
    description:
      "Whether the first chunk was kept and is spoken again (`hit`) or not (`miss`). Only where the service keeps any (`SPEAK_CACHE`).",
    schema: { type: "string", enum: ["hit", "miss"] },
  },
} as const satisfies Record<HeaderName | "x-request-id" | "retry-after", object>;
