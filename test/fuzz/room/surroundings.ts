import type { Role } from "../../../shared/protocol.ts";
import type { Random } from "../../support/tape/random.ts";
import type { Clock } from "./clock.ts";
import type { Ledger } from "./ledger.ts";
import type { Link } from "./link.ts";

/** What those who speak and watch have of the world. */
export type Surroundings = {
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly isFatal: boolean;
  readonly isPurged: boolean;
  clientWallMs(): number;
  connect(role: Role, url: string, owner: unknown): Link;
  note(what: string): void;
  violation(what: string): void;
};
