import { describe, expect, it } from "vitest";
import { createStitcher } from "../../../workers/speak/stitch/index.ts";
import { settled, speechOf } from "./scripted-voice.ts";

describe("a speech that cannot go on", () => {
  it("has the chunk ahead given up, whose audio nobody would hear", async () => {
    for (const ahead of ["awaited", "read", "waiting for a busy provider"] as const) {
      const { asked, request, wait, speech, time } = speechOf(["One.", "Two.", "Three."]);
      await (await request(1).accept()).say("1");
      const { audio } = await speech;
      await audio.next();
      const rest = audio.next();
      rest.catch(() => {});
      await settled();
      if (ahead === "read") await (await request(2).accept()).say("2");
      if (ahead === "waiting for a busy provider") await request(2).refuse(429);
      await request(1).tear();
      await expect(rest).rejects.toMatchObject({ chunk: 1, failure: { kind: "torn" } });
      await settled();
      if (ahead !== "waiting for a busy provider") expect(request(2).signal.aborted).toBe(true);
      expect(time.pending).toBe(0);
      await wait(60_000);
      expect(asked).toHaveLength(2);
    }
  });

  it("has the rest of a chunk given up that cannot be stitched", async () => {
    const { request, speech, time } = speechOf(
      ["One."],
      createStitcher({ encoding: "opus", bitRate: 12_000 }),
    );
    await (await request(1).accept()).say("This is no page of Ogg, however long it is. ".repeat(10));
    const { audio } = await speech;
    await expect(audio.next()).rejects.toMatchObject({ chunk: 1, failure: { kind: "unfit" } });
    await settled();
    expect(request(1).signal.aborted).toBe(true);
    expect(time.pending).toBe(0);
  });
});

describe("a listener who has left", () => {
  it("is not told to have asked for what was never asked", async () => {
    const { asked, request, speech, stop, tally } = speechOf(["One.", "Two."]);
    await (await request(1).accept()).say("1");
    const { audio } = await speech;
    await audio.next();
    stop.abort();
    await expect(audio.next()).rejects.toThrow();
    await settled();
    expect(asked).toHaveLength(1);
    expect(tally).toMatchObject({ tries: 1, chunksAsked: 1, charactersAsked: 4, chunksDelivered: 0 });
  });
});
