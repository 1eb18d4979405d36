import { describe, expect, it } from "vitest";
import { Journal } from "../../../party/room/journal.ts";
import { Scribe } from "../../../party/room/scribe.ts";
import { emptyTranscript } from "../../../party/room/transcript.ts";
import { ScriptedWorld } from "../../support/scripted-room.ts";
import { begunSession } from "../../support/stored-session.ts";
import { settle } from "../../support/virtual-time.ts";

const session = { ...begunSession, id: "s" };

async function owing() {
  const world = new ScriptedWorld();
  const stored = { transcript: emptyTranscript("epoch"), session, settings: {} };
  await world.store.create(stored);
  const journal = new Journal(world.store, stored, world.time.now, (error) => {
    throw error;
  });
  let closed = 0;
  const scribe = new Scribe(world.ports, journal, {
    changed: () => {},
    stored: () => {},
    parted: () => {},
    filled: () => {},
    holeClosed: async () => {
      closed += 1;
    },
  });
  scribe.open(session);
  scribe.owe(session.id, { from: 0, to: 1_000 }, { from: 0, audio: new Uint8Array(2_000) });
  await settle();
  const [gap] = journal.transcript.segments;
  if (gap === undefined) throw new Error("no gap was written");
  return { world, journal, scribe, gap, closed: () => closed };
}

describe("a gap that an operator has put into words", () => {
  it("keeps those words, and the hole is closed all the same", async () => {
    const { world, journal, gap, closed } = await owing();
    const { version: _version, at: _at, ...draft } = gap;
    const words = { ...draft, kind: "speech" as const, text: "What I heard.", edited: true as const };
    await journal.enqueue(() => journal.commit({ put: [words] }));
    await world.batch.recognise("What the machine heard.", 0, 1);
    expect(journal.transcript.segments).toMatchObject([{ id: gap.id, text: "What I heard.", edited: true }]);
    expect(journal.session?.holes).toEqual([]);
    expect(closed()).toBe(1);
  });

  it("is not brought back once it was deleted", async () => {
    const { world, journal, gap } = await owing();
    await journal.enqueue(() => journal.commit({ remove: [gap.id] }));
    await world.batch.recognise("What the machine heard.", 0, 1);
    expect(journal.transcript.segments).toEqual([]);
    expect(journal.session?.holes).toEqual([]);
  });
});

it("what is owed reads as a gap with the hole's id, and is settled in the session", async () => {
  const { journal, gap } = await owing();
  expect(gap).toMatchObject({ kind: "gap", start: 0, end: 1_000, text: "" });
  expect(journal.session).toMatchObject({ covered: 1_000, holes: [{ id: gap.id, from: 0, to: 1_000 }] });
});

it("a fill and the end of its hole are one change: no reader sees both or neither", async () => {
  const { world, journal, gap } = await owing();
  const before = journal.transcript.version;
  await world.batch.recognise("Filled.", 0, 1);
  expect(journal.transcript.version).toBe(before + 1);
  expect(world.store.room?.transcript.segments).toMatchObject([{ kind: "speech", text: "Filled." }]);
  expect(world.store.room?.transcript.tombstones).toMatchObject([{ id: gap.id }]);
});
