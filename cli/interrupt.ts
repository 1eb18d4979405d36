/**
 * Aborted by Ctrl-C, or by being told to end. What follows is up to the command; being told again changes nothing, because
 * a terminal tells every process of its group, and npm tells its own once more.
 */
export function interruptSignal(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort());
  return interrupted.signal;
}
