import { describe, expect, it } from "vitest";
import { timing } from "../../../shared/limits.ts";
import { begin, liveRoom, loudMs, sessionOf } from "../../support/live-room.ts";
import { start } from "../../support/scripted-room.ts";

const { publisherSilenceMs } = timing;
/** The silence is counted in looks, so it is noticed up to one of them late. */
const lookMs = publisherSilenceMs / 3;

describe("a publisher of which nothing is heard", () => {
  it("is closed with a reason to come back, and its session waits for it", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    await world.time.advance(publisherSilenceMs - 1);
    expect(publisher.closed).toBeNull();
    await world.time.advance(lookMs + 1);
    expect(publisher.of("error")).toEqual([
      expect.objectContaining({ code: "publisher_silent", retry: true }),
    ]);
    expect(publisher.closed).toEqual({ code: 4412, reason: "publisher_silent" });
    expect(viewer.of("status").at(-1)).toMatchObject({
      status: { state: "recovering", reason: "publisher_away" },
    });
    const back = await begin(room, "p1b", { ...start, session: sessionOf(publisher) });
    expect(back.of("ready")).toHaveLength(1);
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "live" } });
  });

  it("ends its session when it does not come back", async () => {
    const { world, viewer, publisher } = await liveRoom();
    await world.time.advance(publisherSilenceMs + lookMs);
    expect(publisher.closed).not.toBeNull();
    await world.time.advance(timing.publisherGraceMs);
    await world.upstream.close(1000);
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "ended" } });
    await world.time.advance(timing.tickMs);
    expect(world.time.pending).toBe(0);
  });

  it("is kept by audio, by any message, and by pings that the host answers", async () => {
    const { world, room, publisher } = await liveRoom();
    const signs = [
      () => room.received(publisher, loudMs(20)),
      () => room.received(publisher, JSON.stringify({ type: "mark", position: 0, sentAt: 0 })),
      () => {
        publisher.pingedAt = world.time.now();
      },
    ];
    for (const sign of [...signs, ...signs]) {
      await world.time.advance(publisherSilenceMs - lookMs);
      sign();
    }
    expect(publisher.closed).toBeNull();
  });

  it("is kept while the clock of its pings jumps", async () => {
    for (const jumpMs of [-3_600_000, 3_600_000]) {
      const { world, publisher } = await liveRoom();
      for (let round = 0; round < 6; round += 1) {
        await world.time.advance(publisherSilenceMs - lookMs);
        publisher.pingedAt = world.time.now();
        if (round === 2) world.time.setBack(-jumpMs);
      }
      expect(publisher.closed).toBeNull();
    }
  });

  it("does not take another that came after it for silent", async () => {
    const { world, room, publisher } = await liveRoom();
    await world.time.advance(publisherSilenceMs - 1);
    room.left(publisher.id);
    const back = await begin(room, "p1b", { ...start, session: sessionOf(publisher) });
    await world.time.advance(publisherSilenceMs - 1);
    expect(back.closed).toBeNull();
  });
});
