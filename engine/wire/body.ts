import type { IncomingMessage } from "node:http";

/** The body's bytes as they come. Leaving early keeps the connection, so that an answer can still be sent on it. */
export async function* readChunks(request: IncomingMessage): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<unknown> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) yield chunk;
}

/** The whole body, or `null` when it is larger than allowed; then the rest is left unread. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readChunks(request)) {
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `Content-Type` without its parameters, in lower case. */
export function mediaTypeOf(request: IncomingMessage): string | null {
  return request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? null;
}
