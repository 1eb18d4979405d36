import { expect } from "vitest";
import type { TurnEvent, TurnInfo } from "./flux-schemas.ts";

type State = "initial" | "ongoing" | "awaiting end";

/** Reference 5.3: which event may come in which state, and where it leads. */
const steps: Record<State, Partial<Record<TurnEvent, State>>> = {
  initial: { Update: "initial", StartOfTurn: "ongoing" },
  ongoing: { Update: "ongoing", EagerEndOfTurn: "awaiting end", EndOfTurn: "initial" },
  "awaiting end": { Update: "awaiting end", TurnResumed: "ongoing", EndOfTurn: "initial" },
};

/** Fails at the first TurnInfo that may not stand where it stands. */
export function turnsFollowTheirRules(turns: readonly TurnInfo[]): void {
  let state: State = "initial";
  let index = 0;
  let windowEnd = 0;
  let announced: string | null = null;
  for (const turn of turns) {
    const told = `${turn.event} in state ${state}: ${JSON.stringify(turn)}`;
    const next: State | undefined = steps[state][turn.event];
    if (next === undefined) throw new Error(`No ${told}`);
    expect(turn.turn_index, told).toBe(index);
    expect(turn.audio_window_end, told).toBeGreaterThanOrEqual(turn.audio_window_start);
    expect(turn.audio_window_end, told).toBeGreaterThanOrEqual(windowEnd);
    if (turn.event === "StartOfTurn" || turn.event === "EagerEndOfTurn") {
      expect(turn.transcript, told).not.toBe("");
    }
    // What an eager end announced stands until the speaker goes on.
    if (announced !== null && turn.event !== "TurnResumed") expect(turn.transcript, told).toBe(announced);
    expect(turn.transcript, told).toBe(turn.words.map(({ word }) => word).join(" "));
    expect(turn.event === "EndOfTurn", told).toBe(turn.trigger !== undefined);

    announced = next === "awaiting end" ? (announced ?? turn.transcript) : null;
    windowEnd = turn.audio_window_end;
    if (turn.event === "EndOfTurn") index++;
    state = next;
  }
}
