import type { MiddlewareHandler } from "hono";

const drainMaxBytes = 64 * 1024;

/**
 * Reads what a refused request still has to say. The runtime closes a connection whose request was answered before it was
 * read, without announcing it, and the client's next request on that connection dies with a reset (seen with workerd
 * 1.20260730). Bounded: whoever sends more than a little with bad credentials loses the connection.
 */
export const drain: MiddlewareHandler = async (c, next) => {
  await next();
  const { body, bodyUsed } = c.req.raw;
  if (body === null || bodyUsed || body.locked) return;
  const reader = body.getReader();
  try {
    let bytes = 0;
    while (bytes <= drainMaxBytes) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // It broke off: nothing of it is left to read, and the answer stands.
  }
};
