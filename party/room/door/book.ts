import type { Standing } from "./standing.ts";
import type { Stretches } from "./stretches.ts";

/** What a token has used of the seconds it may publish: of `session` these parts are paid for. */
export type Spending = { readonly session: string; readonly paid: Stretches; readonly usedMs: number };

/**
 * What a room's door remembers beyond the object's life, each only as long as the token it is about could still be shown.
 * Every call is one synchronous step, so of two that ask at the same time one is first.
 */
export type DoorBook = {
  standing(): Standing;
  keepStanding(standing: Standing): void;
  /** Whether the tenant has this room on its list. */
  isRegistered(): boolean;
  keepRegistered(isRegistered: boolean): void;
  /** Spends a ticket; `false` when it was spent before. `until` and `now`: epoch milliseconds. */
  spend(id: string, until: number, now: number): boolean;
  /** Whether there is anything that must not be forgotten yet. */
  isNeeded(now: number): boolean;
  spending(id: string): Spending | null;
  keepSpending(id: string, spending: Spending, until: number, now: number): void;
};
