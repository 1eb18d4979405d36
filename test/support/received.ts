import type { Page } from "playwright-core";

export type Received = { readonly length: number; readonly sha256: string };

/**
 * Keeps what a page reads of the bodies of its requests, from its next load on. The browser driver cannot tell: of a body
 * that is read as a stream it often keeps nothing.
 *
 * @returns asks for all of it together, or what is behind the first `from` bytes
 */
export async function keepBodies(page: Page): Promise<(from?: number) => Promise<Received>> {
  await page.addInitScript(() => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const { read } = ReadableStreamDefaultReader.prototype;
    ReadableStreamDefaultReader.prototype.read = async function () {
      const result = await read.call(this);
      if (result.value instanceof Uint8Array) pieces.push(new Uint8Array(result.value));
      return result;
    };
    Reflect.set(globalThis, "received", async (from: number) => {
      const bytes = await new Blob(pieces).slice(from).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return {
        length: bytes.byteLength,
        sha256: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
      };
    });
  });
  return (from = 0) => page.evaluate((at) => Reflect.get(globalThis, "received")(at), from);
}
