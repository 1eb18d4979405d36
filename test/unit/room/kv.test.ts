import { describe, expect, it } from "vitest";
import { KvStore } from "../../../party/room/kv.ts";
import { KvPlace } from "../../../party/room/kv-place.ts";
import { Rows } from "../../../party/room/rows.ts";
import type { Commit, StoredRoom } from "../../../party/room/store.ts";
import { change, changed, type Edit, emptyTranscript } from "../../../party/room/transcript.ts";
import { type Disk, MemoryKeyValues } from "../../support/memory-key-values.ts";
import { storeContract } from "../../support/store-contract.ts";
import { begunSession } from "../../support/stored-session.ts";

async function storeOn(disk: Disk, callsLeft?: number): Promise<KvStore> {
  return new KvStore(await Rows.open(new MemoryKeyValues(disk, callsLeft)));
}

describe("KvStore", () => {
  const disk: Disk = new Map();
  storeContract(() => storeOn(disk));
});

describe("one KvStore for all of a room's life", () => {
  const store = storeOn(new Map());
  storeContract(() => store);
});

/** A room's life by its writes: each is more than one call, and most are more than one can take. */
const said = (id: string, text: string) =>
  ({ id, session: "s1", kind: "speech", start: 0, end: 1, text }) as const;
const many = Array.from({ length: 300 }, (_, at) => `many-${at}`);
const edits: readonly Edit[] = [
  { put: many.map((id) => said(id, "first")), remove: [] },
  { put: many.map((id) => said(id, "edited")), remove: [] },
  { put: [said("long", "😀".repeat(100_000))], remove: many.slice(0, 200) },
  { put: many.map((id) => said(id, "again")), remove: ["long"] },
  { put: [said("gap", "")], remove: [] },
  { put: [said("filled", "filled")], remove: ["gap"] },
];

type Write = { readonly after: StoredRoom; run(store: KvStore): Promise<void> };

function life(): readonly Write[] {
  let room: StoredRoom = { transcript: emptyTranscript("e1"), session: null, settings: {} };
  const born = room;
  const commits = edits.map((edit, at): Write => {
    const next = change(room.transcript, edit, 1, 150);
    const session = { ...begunSession, covered: at };
    room = { ...room, session, transcript: changed(room.transcript, next) };
    const commit: Commit = { change: next, session };
    return { after: room, run: (store) => store.commit(commit) };
  });
  const configured = { ...room, settings: { language: "de" } };
  const another = { ...room, transcript: emptyTranscript("e2"), session: null };
  return [
    { after: born, run: (store) => store.create(born) },
    ...commits,
    { after: configured, run: (store) => store.configure({ language: "de" }) },
    { after: another, run: (store) => store.create(another) },
  ];
}

describe("a room whose object dies while it writes", () => {
  /** How many calls a whole life takes. */
  async function callsOfLife(): Promise<number> {
    const kv = new MemoryKeyValues();
    const store = new KvStore(await Rows.open(kv));
    for (const { run } of life()) await run(store);
    return kv.calls;
  }

  it("is found as the last write that resolved has left it, at whichever call it was", async () => {
    const calls = await callsOfLife();
    expect(calls).toBeGreaterThan(2 * life().length);
    for (let callsLeft = 1; callsLeft < calls; callsLeft += 1) {
      const disk: Disk = new Map();
      const store = await storeOn(disk, callsLeft);
      let resolved: StoredRoom | null = null;
      let died = false;
      for (const { after, run } of life()) {
        died = await run(store).then(
          () => false,
          () => true,
        );
        if (died) break;
        resolved = after;
      }
      expect(died).toBe(true);
      expect(await (await storeOn(disk)).load(), `after ${callsLeft} calls`).toEqual(resolved);
    }
  });

  it("goes on from there as if nothing had been tried", async () => {
    for (let callsLeft = 2; callsLeft < 25; callsLeft += 1) {
      const disk: Disk = new Map();
      let store = await storeOn(disk, callsLeft);
      for (const { after, run } of life()) {
        await run(store).catch(async () => {
          store = await storeOn(disk);
          await run(store);
        });
        expect(await (await storeOn(disk)).load()).toEqual(after);
      }
    }
  });
});

describe("what is left on the disk", () => {
  it("is nothing of a segment that was removed, nor of a tombstone that is forgotten", async () => {
    const disk: Disk = new Map();
    const store = await storeOn(disk);
    for (const { run } of life().slice(0, 4)) await run(store);
    expect([...disk.values()].some((text) => text.includes("😀"))).toBe(true);
    for (const { run } of life().slice(4)) await run(store);
    expect([...disk.keys()].sort()).toEqual(["room epoch", "room head", "room settings", "shape"]);
  });
});

describe("a place for a room", () => {
  const never = (error: unknown) => {
    throw error;
  };
  const session = { session: "s1", startedAt: 1, endedAt: null };
  const row = { head: "{}", minutes: [], isAnew: true };

  it("exists from when it is made until all is deleted, for whoever asks", async () => {
    const disk: Disk = new Map();
    const open = () => KvPlace.at(new MemoryKeyValues(disk), never);
    const place = await open();
    expect([place.exists, (await open()).exists]).toEqual([false, false]);
    const { store, book } = await place.keep();
    expect([place.exists, (await open()).exists]).toEqual([true, true]);
    await store.create({ transcript: emptyTranscript("e"), session: null, settings: {} });
    book.keepRegistered(true);
    const clearing = place.clear();
    expect(place.exists).toBe(false);
    await clearing;
    expect([disk.size, (await open()).exists]).toEqual([0, false]);
  });

  it("takes nothing more from a room that was deleted, and everything from the one that comes after", async () => {
    const disk: Disk = new Map();
    const place = await KvPlace.at(new MemoryKeyValues(disk), never);
    const before = await place.keep();
    before.book.keepRegistered(true);
    await place.clear();
    expect(() => before.book.keepRegistered(true)).toThrow(/deleted/);
    expect(() => before.measures.write(session, row)).toThrow(/deleted/);
    await expect(before.store.configure({})).rejects.toThrow(/deleted/);
    expect(disk.size).toBe(0);
    const after = await place.keep();
    expect([after.book.isRegistered(), after.measures.entries(), await after.store.load()]).toEqual([
      false,
      [],
      null,
    ]);
  });

  it("tells of what was refused after the call that wrote it", async () => {
    const failures: unknown[] = [];
    // The shape takes the one call.
    const place = await KvPlace.at(new MemoryKeyValues(new Map(), 1), (error) => failures.push(error));
    const { book, measures } = await place.keep();
    book.spend("ticket", 2, 1);
    measures.write(session, row);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toHaveLength(2);
  });

  it("of a later version is left alone, with a sentence that says so", async () => {
    const disk: Disk = new Map();
    const place = await KvPlace.at(new MemoryKeyValues(disk), never);
    const { store } = await place.keep();
    const room: StoredRoom = {
      transcript: emptyTranscript("e"),
      session: null,
      settings: { language: "de" },
    };
    await store.create(room);
    const shape = Number(disk.get("shape"));
    disk.set("shape", String(shape + 1));
    const before = new Map(disk);
    const later = await KvPlace.at(new MemoryKeyValues(disk), never);
    expect(later.exists).toBe(true);
    await expect(later.keep()).rejects.toThrow(/later version/);
    expect(disk).toEqual(before);
    disk.set("shape", String(shape));
    const again = await KvPlace.at(new MemoryKeyValues(disk), never);
    expect(await (await again.keep()).store.load()).toEqual(room);
  });
});
