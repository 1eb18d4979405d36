import type { Member } from "../callers.ts";
import type { DoorBook } from "../room/door/book.ts";
import type { MeasureStore } from "../room/measure/store.ts";
import type { MemberSocket, Ports } from "../room/ports.ts";
import type { RoomStore } from "../room/store.ts";
import type { Registry } from "../tenant/registry.ts";

/** What is kept of a room. */
export type Kept = { readonly store: RoomStore; readonly measures: MeasureStore; readonly book: DoorBook };

/** A member's socket, and what the platform keeps with it for as long as it is open, also while the room sleeps. */
export type Seat = MemberSocket & {
  /** Who has been let in by it; `null`: nobody yet. */
  readonly member: Member | null;
  remember(member: Member): void;
};

/**
 * What a platform gives to the room that it is host to. `RoomHost` does the rest, the same on each.
 *
 * Nothing of it may be asked before the platform knows the room's name.
 */
export type Ground = {
  /** Of the room's object: `{tenant}/{room}`. */
  readonly name: string;
  /** The variables: see `parseProvider` and `SigningKeysSchema`. */
  readonly env: object;
  /** The room's place on its tenant's list. */
  readonly registry: Registry;
  /** Whether anything is kept of the room. Told at once, because it is asked for every frame that finds no room loaded. */
  exists(): boolean;
  /** Opens what is kept of the room, or makes a place for it: from then on it exists. */
  keep(): Promise<Kept>;
  /** Deletes all that is kept and the alarm; when it has been called, and not only when it is done, nothing exists. */
  clear(): Promise<void>;
  /** Has `RoomHost.alarm` called at this time (epoch milliseconds) and no other; `null`: at none. */
  setAlarm(at: number | null): Promise<void>;
  /** Throws where a variable is missing or wrong. */
  ports(): Pick<Ports, "dial" | "transcribe" | "die" | "record">;
  /** Sockets that are open: some of them may have outlived the room's memory. */
  seats(): Iterable<Seat>;
  seat(id: string): Seat | null;
};
