import type * as Party from "partykit/server";
import * as v from "valibot";
import { timing } from "../shared/limits.ts";
import type { Ground } from "./host/ground.ts";
import type { KeyValues } from "./room/key-values.ts";
import { KvPlace } from "./room/kv-place.ts";

/** What is asked of PartyKit's storage. */
type Storage = KeyValues & Pick<Party.Storage, "getAlarm" | "setAlarm" | "deleteAlarm">;

/** An alarm does not say whose it is: `room.id` throws while one is answered, and from then on if that had woken the room. */
const nameKey = "name";

/** Of the room that is kept here, `{tenant}/{room}`. Throws where none is. */
export async function nameAt(storage: Party.Storage): Promise<string> {
  return v.parse(v.string(), await storage.get(nameKey));
}

/** Does what an alarm is for. The runtime of `partykit dev` does not try again by itself what fails. */
export async function triedAgain(storage: Party.Storage, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error({ event: "alarm_failed", error: error instanceof Error ? error.name : "unknown" });
    await storage.setAlarm(Date.now() + timing.revocationRetryMs);
  }
}

/**
 * A room in PartyKit's key-value storage.
 *
 * @param failed something could not be kept: see `KvPlace`
 */
export async function kvGround(
  storage: Storage,
  name: string,
  failed: () => void,
): Promise<Pick<Ground, "name" | "exists" | "keep" | "clear" | "setAlarm">> {
  const place = await KvPlace.at(storage, failed);
  // Alarms of `partykit dev` end with it: what should have been looked at is, once somebody comes.
  if (place.exists && (await storage.getAlarm()) === null) {
    await storage.setAlarm(Date.now() + timing.revocationRetryMs);
  }
  return {
    name,
    exists: () => place.exists,
    async keep() {
      if (!place.exists) {
        // In one turn, and before there is a place: whatever dies in between, the room is looked at some day.
        const looked = storage.setAlarm(Date.now() + timing.vacantRoomMs);
        await Promise.all([storage.put({ [nameKey]: name }), looked]);
      }
      return place.keep();
    },
    async clear() {
      // In one turn: a room that is made anew in between would lose what it wrote.
      await Promise.all([storage.deleteAlarm(), place.clear()]);
    },
    setAlarm: (at) => (at === null ? storage.deleteAlarm() : storage.setAlarm(at)),
  };
}
