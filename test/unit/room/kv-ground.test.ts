import { expect, it } from "vitest";
import { kvGround } from "../../../party/kv-ground.ts";
import { type Disk, MemoryKeyValues } from "../../support/memory-key-values.ts";

const alarmKey = "alarm";

/** As a Durable Object's, an alarm is written with what else is called in the same turn. */
class AlarmedKeyValues extends MemoryKeyValues {
  setAlarm(at: number | Date): Promise<void> {
    return this.put({ [alarmKey]: String(Number(at)) });
  }

  async getAlarm(): Promise<number | null> {
    const at = (await this.list({ prefix: alarmKey })).get(alarmKey);
    return at === undefined ? null : Number(at);
  }

  deleteAlarm(): Promise<void> {
    return this.delete([alarmKey]);
  }
}

it("a room is looked at some day, at whichever call its object dies while it is made", async () => {
  const made: boolean[] = [];
  for (let callsLeft = 1; callsLeft < 5; callsLeft += 1) {
    const disk: Disk = new Map();
    const ground = await kvGround(new AlarmedKeyValues(disk, callsLeft), "acme/hall", () => {});
    await ground.keep().catch(() => {});
    const isLookedAt = disk.has(alarmKey);
    const { exists } = await kvGround(new AlarmedKeyValues(disk), "acme/hall", () => {});
    made.push(exists());
    expect(isLookedAt || !exists()).toBe(true);
  }
  expect(new Set(made)).toEqual(new Set([false, true]));
});
