/** Waits for a promise, or fails saying what did not happen. */
export async function within<T>(what: string, work: Promise<T>, ms = 15_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: did not happen within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

/** Looks again and again until the check holds, or fails saying what did not happen and what was there instead. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  ms = 15_000,
  describe: (seen: T) => string = (seen) => `last seen: ${JSON.stringify(seen)}`,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) {
      throw new Error(`${what}: did not happen within ${ms / 1000} s; ${describe(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
