/** A body, piece by piece; each piece is the reader's to keep. */
export type Pieces = {
  /** `null` at the end. Rejects when the body breaks. */
  next(): Promise<Uint8Array | null>;
  cancel(): Promise<void>;
};

/** The first byte does not wait until a large buffer is made. */
const firstBytes = 16 * 1024;
const pieceBytes = 64 * 1024;

/**
 * Reads into one buffer again and again where the body allows it: the runtime otherwise makes a new one of 4 kB for
 * whatever comes, and a long text is hundreds of megabytes.
 */
export function piecesOf(body: ReadableStream<Uint8Array>): Pieces {
  const reader = byobReader(body);
  if (reader === null) {
    const plain: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
    return {
      async next() {
        const { done, value } = await plain.read();
        return done ? null : value;
      },
      cancel: () => plain.cancel(),
    };
  }
  let buffer = new ArrayBuffer(firstBytes);
  return {
    async next() {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done || value === undefined) return null;
      const piece = value.slice();
      buffer = value.buffer.byteLength < pieceBytes ? new ArrayBuffer(pieceBytes) : value.buffer;
      return piece;
    },
    cancel: () => reader.cancel(),
  };
}

/** null: this body is not one of bytes, as those made by scripts are not. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
