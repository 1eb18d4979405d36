/** A caller's callback that cannot break the client: what it throws is reported as an uncaught error of its own. */
export function guarded<Args extends unknown[]>(callback?: (...args: Args) => void): (...args: Args) => void {
  return (...args) => {
    try {
      callback?.(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}
