const pieceMs = 100;
/** A source that was late may catch up by this much at once; beyond it, time itself moves on. */
const catchUpMs = 250;

/**
 * Hands on audio no faster than it is spoken, in pieces of about 100 ms. A source that falls behind (a slow download)
 * shifts the rest; timers that fire late (a tab in the background) do not.
 */
export async function* atRealTime(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieceBytes = Math.round((bytesPerSecond * pieceMs) / 1000);
  let dueAt = performance.now();
  for await (const chunk of source) {
    dueAt = Math.max(dueAt, performance.now() - catchUpMs);
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      await until(dueAt, signal);
      if (signal.aborted) return;
      dueAt += (piece.length * 1000) / bytesPerSecond;
      yield piece;
    }
  }
}

function until(time: number, signal: AbortSignal): Promise<void> {
  const delayMs = time - performance.now();
  if (delayMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    signal.addEventListener("abort", finish);
  });
}
