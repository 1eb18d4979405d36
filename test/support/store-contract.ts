import { expect, it } from "vitest";
import type { RoomStore, StoredSession } from "../../party/room/store.ts";
import {
  change,
  changed,
  type Draft,
  type Edit,
  emptyTranscript,
  type Transcript,
} from "../../party/room/transcript.ts";

/** What every implementation of the storage port must keep. `open` gives a store on the same storage each time. */
export function storeContract(openAnew: () => RoomStore | Promise<RoomStore>): void {
  const open = async () => openAnew();
  const writtenAt = 1_700_000_000_000;
  const session: StoredSession = {
    id: "s1",
    key: null,
    startedAt: 1,
    format: { encoding: "linear16", sampleRate: 16000, channels: 1 },
    recognition: { model: "nova-3", keyterms: ["Captionwire"] },
    covered: 0,
    holes: [{ id: "h", from: 1, to: 2 }],
    speakers: 2,
    ended: null,
  };
  const draft = (id: string, sessionId: string, start: number): Draft => ({
    id,
    session: sessionId,
    kind: "speech",
    start,
    end: start + 100,
    text: `text of ${id} – 😀 "quoted"`,
    speaker: 1,
    words: [{ text: "text", start, end: start + 100, confidence: 0.5 }],
  });

  it("loads nothing before a room is made, then exactly what was committed", async () => {
    expect(await (await open()).load()).toBeNull();
    let transcript: Transcript = emptyTranscript("epoch");
    const settings = { language: "en", retentionHours: 5 };
    await (await open()).create({ transcript, session: null, settings });
    expect(await (await open()).load()).toEqual({ transcript, session: null, settings });

    const steps: Edit[] = [
      { put: [draft("b", "s1", 500)], remove: [] },
      { put: [draft("a", "s1", 0), draft("c", "s1", 500)], remove: [] },
      { put: [draft("d", "s2", 0)], remove: [] },
      { put: [{ ...draft("b", "s1", 250), edited: true }], remove: ["a"] },
      { put: [draft("a", "s1", 10)], remove: [] },
      { put: [draft("only", "s3", 0)], remove: [] },
      { put: [{ ...draft("b", "s1", 250), text: "edited once more" }], remove: [] },
      { put: [draft("last", "s4", 0), { ...draft("only", "s3", 5), edited: true }], remove: [] },
      { put: [], remove: ["only"] },
      { put: [draft("only", "s3", 0)], remove: [] },
      { put: [{ id: "g", session: "s2", kind: "gap", start: 200, end: 900, text: "" }], remove: ["c", "d"] },
    ];
    for (const [at, edit] of steps.entries()) {
      const next = change(transcript, edit, writtenAt + at, 1);
      transcript = changed(transcript, next);
      const now = { ...session, covered: at };
      await (await open()).commit({ change: next, session: now });
      expect(await (await open()).load()).toEqual({ transcript, session: now, settings });
    }
  });

  it("commits a session without a change of the transcript", async () => {
    const before = await (await open()).load();
    const ended: StoredSession = { ...session, ended: { at: 5, by: "finish" } };
    await (await open()).commit({ change: null, session: ended });
    expect(await (await open()).load()).toEqual({ ...before, session: ended });
  });

  it("commits a change of the transcript without a session", async () => {
    const before = await (await open()).load();
    const transcript = before?.transcript ?? emptyTranscript("none");
    const next = change(transcript, { put: [draft("x", "s1", 7)], remove: [] }, writtenAt, 1);
    await (await open()).commit({ change: next, session: null });
    expect(await (await open()).load()).toEqual({ ...before, transcript: changed(transcript, next) });
  });

  it("keeps settings by themselves", async () => {
    const before = await (await open()).load();
    await (await open()).configure({ model: "flux-general-en" });
    expect(await (await open()).load()).toEqual({ ...before, settings: { model: "flux-general-en" } });
  });

  it("keeps a segment of any length, whatever it was before, and nothing of it once it is removed", async () => {
    const before = await (await open()).load();
    let transcript = before?.transcript ?? emptyTranscript("none");
    const said = (characters: number): Edit => ({
      put: [{ ...draft("long", "s9", 0), text: "Grüße 😀 ".repeat(characters / 9) }],
      remove: [],
    });
    const steps = [said(90), said(400_500), said(150_300), said(450_000), said(9)];
    for (const edit of [...steps, said(300_600), { put: [], remove: ["long"] }, ...steps]) {
      const next = change(transcript, edit, writtenAt, 1_000);
      transcript = changed(transcript, next);
      await (await open()).commit({ change: next, session: null });
      expect(await (await open()).load()).toEqual({ ...before, transcript });
    }
  });

  it("commits hundreds of segments at once, and forgets as many tombstones", async () => {
    const before = await (await open()).load();
    let transcript = before?.transcript ?? emptyTranscript("none");
    const ids = Array.from({ length: 300 }, (_, at) => `many-${at}`);
    const edits: Edit[] = [
      { put: ids.map((id, at) => draft(id, "s5", at)), remove: [] },
      { put: [], remove: ids.slice(0, 250) },
      { put: [draft(ids[7] ?? "", "s5", 7), draft("new", "s5", 3)], remove: ids.slice(250) },
      { put: ids.map((id, at) => draft(id, "s6", at)), remove: ["new"] },
    ];
    for (const edit of edits) {
      const next = change(transcript, edit, writtenAt, 280);
      transcript = changed(transcript, next);
      await (await open()).commit({ change: next, session });
      expect(await (await open()).load()).toEqual({ ...before, session, transcript });
    }
  });

  it("replaces everything by another room", async () => {
    const empty = { transcript: emptyTranscript("another"), session: null, settings: {} };
    await (await open()).create(empty);
    expect(await (await open()).load()).toEqual(empty);
    const next = change(empty.transcript, { put: [draft("a", "s1", 0)], remove: [] }, writtenAt, 1);
    await (await open()).commit({ change: next, session: null });
    expect(await (await open()).load()).toEqual({ ...empty, transcript: changed(empty.transcript, next) });
  });
}
