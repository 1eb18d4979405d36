import type { SpeakPorts } from "./ports.ts";

/** What a promise brings, or "late" when it takes longer than this. */
export async function within<T>(
  ports: Pick<SpeakPorts, "setTimer">,
  delayMs: number,
  promise: Promise<T>,
): Promise<T | "late"> {
  const late = Promise.withResolvers<"late">();
  const cancel = ports.setTimer(() => late.resolve("late"), delayMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}

/** Resolves after so long; rejects with the signal's reason when that comes first. */
export function pause(
  ports: Pick<SpeakPorts, "setTimer">,
  delayMs: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal.reason);
  const cancel = ports.setTimer(resolve, delayMs);
  signal.addEventListener("abort", abort, { once: true });
  return promise.finally(() => {
    cancel();
    signal.removeEventListener("abort", abort);
  });
}
