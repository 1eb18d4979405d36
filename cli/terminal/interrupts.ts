/**
 * A terminal sends one Ctrl-C to this process and to its parent, which passes it on (`bootstrap.mjs`): what comes so soon
 * after the first is the same one.
 */
const sameWithinMs = 250;

/** Aborts at the first Ctrl-C (or an end asked for otherwise); a second one leaves at once, with 130. */
export function firstInterrupt(): AbortSignal {
  const asked = new AbortController();
  let firstAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (firstAt === null) {
        firstAt = now;
        asked.abort();
      } else if (now - firstAt > sameWithinMs) {
        process.exit(130);
      }
    });
  }
  return asked.signal;
}
