import type { TokenSource } from "./connection.ts";
import type { Ports } from "./ports.ts";

export type Renewal = {
  /** The room wants another token within so long. */
  asked(withinMs: number): void;
  /** The link is gone: so is the question. */
  reset(): void;
};

/**
 * Tells the room a new token on the link it has, when it asks for one. Thousands may be asked at the same moment and each
 * asks its own backend, so the source is asked after a random part of the first half of the time. While it has brought
 * nothing it is asked once more, at half of what was left then.
 *
 * Nothing is told in the end when the source has no token, or is no function: the room will close the link, and coming back
 * is the connection's business.
 */
export function createRenewal(ports: Ports, source: TokenSource, tell: (token: string) => void): Renewal {
  /** The one under way; an answer of the source to another one comes too late. */
  let current: symbol | null = null;
  let cancelTimer = (): void => {};

  function wait(delayMs: number, run: () => void): void {
    cancelTimer = ports.setTimer(run, delayMs);
  }

  function reset(): void {
    cancelTimer();
    current = null;
  }

  return {
    asked(withinMs) {
      if (typeof source !== "function" || current !== null) return;
      const mine = Symbol();
      current = mine;

      const ask = async (): Promise<void> => {
        const token = await source();
        // A source without types may bring nothing, which the room would refuse for good.
        if (current !== mine || !token) return;
        reset();
        tell(token);
      };

      const firstMs = Math.floor((ports.random() * withinMs) / 2);
      const halfMs = (withinMs - firstMs) / 2;
      wait(firstMs, () => {
        wait(halfMs, () => {
          wait(halfMs, reset);
          ask().catch(() => {});
        });
        ask().catch(() => {});
      });
    },
    reset,
  };
}
