import type { ErrorCode } from "../../../shared/errors.ts";
import type { Target } from "./target.ts";
import type { World } from "./world.ts";

/** What a rule's test asks of a target besides an address and tokens. */
export type Need = "evictRoom" | "dropUpstream" | "revoke" | "longRoom";

/** The test of a rule of PROTOCOL.md. A rule may have several. */
export type Rule = {
  /** As it stands in PROTOCOL.md. */
  readonly id: string;
  readonly title: string;
  readonly needs?: Need;
  /** What it needs to hear comes late where much else is heard. */
  readonly alone?: true;
  /** Errors that this test provokes and checks; see `World.refused`. */
  readonly codes?: readonly ErrorCode[];
  /** Where waiting is what is tested. */
  readonly timeoutMs?: number;
  run(world: World): Promise<void>;
};

export function isMet(target: Target, need: Need): boolean {
  switch (need) {
    case "evictRoom":
      return target.faults?.evictRoom !== undefined;
    case "dropUpstream":
      return target.faults?.dropUpstream !== undefined;
    case "revoke":
      return target.revoke !== undefined;
    case "longRoom":
      // It takes hundreds of sockets to the speech provider: not one that somebody pays for.
      return target.faults !== undefined;
    default:
      return need satisfies never;
  }
}

/** A fault may hit every room of its target. */
export function runsAlone({ needs, alone }: Rule): boolean {
  return alone === true || needs === "evictRoom" || needs === "dropUpstream";
}
