import { expect, it } from "vitest";
import type { RoomStore, StoredSession } from "../../party/room/store.ts";
import { change, type Draft, emptyTranscript, type Transcript } from "../../party/room/transcript.ts";

/** What every implementation of the storage port must keep. `open` gives a store on the same storage each time. */
export function storeContract(open: () => RoomStore): void {
  const session: StoredSession = {
    id: "s1",
    key: null,
    startedAt: 1,
    format: { encoding: "linear16", sampleRate: 16000, channels: 1 },
    language: null,
    model: "nova-3",
    acked: 0,
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
    expect(await open().load()).toBeNull();
    let transcript: Transcript = emptyTranscript("epoch");
    await open().create({ transcript, session: null });
    expect(await open().load()).toEqual({ transcript, session: null });

    const steps: [drafts: Draft[], removed: string[]][] = [
      [[draft("b", "s1", 500)], []],
      [[draft("a", "s1", 0), draft("c", "s1", 500)], []],
      [[draft("d", "s2", 0)], []],
      [[{ ...draft("b", "s1", 250), edited: true }], ["a"]],
      [[draft("a", "s1", 10)], []],
      [[draft("only", "s3", 0)], []],
      [[{ ...draft("b", "s1", 250), text: "edited once more" }], []],
      [[draft("last", "s4", 0), { ...draft("only", "s3", 5), edited: true }], []],
      [[], ["only"]],
      [[draft("only", "s3", 0)], []],
      [[{ id: "g", session: "s2", kind: "gap", start: 200, end: 900, text: "" }], ["c", "d"]],
    ];
    for (const [at, [drafts, removed]] of steps.entries()) {
      const next = change(transcript, drafts, removed, 1);
      transcript = next.transcript;
      const now = { ...session, acked: at };
      await open().commit({ change: next.change, session: now });
      expect(await open().load()).toEqual({ transcript, session: now });
    }
  });

  it("commits a session without a change of the transcript", async () => {
    const before = await open().load();
    const ended: StoredSession = { ...session, ended: { at: 5, by: "finish" } };
    await open().commit({ change: null, session: ended });
    expect(await open().load()).toEqual({ transcript: before?.transcript, session: ended });
  });
}
