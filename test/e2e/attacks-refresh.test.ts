import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TokenRequest } from "../../shared/claims.ts";
import { timing } from "../../shared/limits.ts";
import { eventually } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import { audioS, publishTo } from "../support/attacks-speech.ts";
import { knock, type Visitor } from "../support/doors.ts";

const room = "refreshed";

/** As long as it takes at most: the next heartbeat, the grace, and the heartbeat after it. */
const waitMs = 2 * timing.heartbeatMs + timing.refreshGraceMs + 10_000;

describe("viewers whose tokens end while somebody speaks", () => {
  let attacked: Attacked;

  beforeAll(async () => {
    attacked = await Attacked.start();
  });
  afterAll(() => attacked?.close());

  it("are asked for another: whoever has one stays, whoever shows a wrong one or none is sent away", {
    timeout: waitMs + 20_000,
  }, async () => {
    const view: TokenRequest = { scopes: ["captions:view"], room };
    const newcomer = async (): Promise<Visitor> => {
      const visitor = await knock(attacked.url, room, { token: await attacked.token({ ...view, ttl: 1 }) });
      await visitor.frame("snapshot");
      return visitor;
    };
    const [renewing, silent, wrong] = [await newcomer(), await newcomer(), await newcomer()];
    const lasting = await knock(attacked.url, room, { token: await attacked.token({ ...view, ttl: 600 }) });
    const publisher = await publishTo(attacked, room);
    const speaking = setInterval(() => publisher.send(audioS(0.5)), 500);
    try {
      const told = await Promise.all(
        [renewing, silent, wrong].map(async (viewer) => {
          await eventually(
            "a viewer is asked",
            () => viewer.of("refresh").length,
            (count) => count > 0,
            waitMs,
          );
          return viewer.of("refresh");
        }),
      );
      for (const frames of told)
        expect(frames).toEqual([{ type: "refresh", withinMs: timing.refreshGraceMs }]);
      const next = await attacked.minted({ ...view, ttl: 600 });
      renewing.send(JSON.stringify({ type: "auth", token: next.token }));
      expect(await renewing.frame("renewed")).toEqual({ type: "renewed", expiresAt: next.expiresAt });
      const other = await attacked.token({ ...view, room: "another" });
      wrong.send(JSON.stringify({ type: "auth", token: other }));
      expect(await wrong.frame("error")).toMatchObject({ code: "room_forbidden" });
      expect(await wrong.closed()).toBe(4503);
      await eventually(
        "whoever says nothing is sent away",
        () => silent.of("error"),
        (frames) => frames.length > 0,
        waitMs,
      );
      expect(silent.of("error")).toEqual([expect.objectContaining({ code: "token_expired", retry: true })]);
      expect(await silent.closed()).toBe(4401);
      expect([renewing.closeCode, lasting.closeCode, publisher.closeCode]).toEqual([null, null, null]);
      expect(lasting.of("refresh")).toEqual([]);
      expect(await attacked.roomState(room)).toMatchObject({ viewers: 2, state: "live" });
    } finally {
      clearInterval(speaking);
    }
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
