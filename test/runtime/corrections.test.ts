import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Segment } from "../../shared/captions.ts";
import { limits } from "../../shared/limits.ts";
import { type Frame, seconds, tokenFor } from "../support/runtime-client.ts";
import { Events } from "../support/runtime-events.ts";
import {
  correct,
  get,
  held,
  isType,
  speaking,
  spoken,
  viewerOf,
  viewToken,
} from "../support/runtime-room.ts";

let rooms = 0;
const newRoom = () => `corrections-${++rooms}`;

async function segmentsOf(room: string): Promise<Segment[]> {
  return held([await (await get(`/v1/rooms/${room}/captions`, await viewToken(room))).json()]);
}

async function idOf(room: string, index: number): Promise<string> {
  return (await segmentsOf(room))[index]?.id ?? "";
}

describe("PATCH /v1/rooms/{room}/captions/{id}", () => {
  it("is a new version that everybody sees while the broadcast goes on", async () => {
    const room = newRoom();
    const viewer = await viewerOf(room);
    const publisher = await speaking(room, 2);
    const stream = await Events.open(room, await viewToken(room));
    await stream.until("a snapshot", isType("snapshot"));
    const [before] = await segmentsOf(room);
    const answer = await correct(room, before?.id ?? "", { text: "Word zero." });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const segment: Frame = await answer.json();
    const { words: _words, ...rest } = before ?? {};
    expect(segment).toEqual({ ...rest, text: "Word zero.", edited: true, version: 3 });
    const isIt = ({ type, to }: Frame) => type === "delta" && to === 3;
    // What else happened within the same tick may travel along.
    const put = expect.arrayContaining([segment]);
    expect(await viewer.until("the correction", isIt)).toMatchObject({ put });
    expect(await stream.until("the correction", isIt)).toMatchObject({ put });

    publisher.send(seconds(1));
    const isNext = ({ type, to }: Frame) => type === "delta" && to === 4;
    await viewer.until("the next word", isNext);
    await stream.until("the next word", isNext);
    for (const { frames } of [viewer, stream]) {
      expect(held(frames).map(({ text }) => text)).toEqual(["Word zero.", "w1.", "w2."]);
    }
    await stream.leave();
  });

  it("outlives the object, and takes a segment away when nothing is left of its text", async () => {
    const room = newRoom();
    await spoken(room, 3);
    const [first, second] = [await idOf(room, 0), await idOf(room, 1)];
    await correct(room, first, { text: "Kept." });
    const removed = await correct(room, second, { text: "  " });
    expect([removed.status, await removed.text()]).toEqual([204, ""]);
    await abortAllDurableObjects();
    expect((await segmentsOf(room)).map(({ text }) => text)).toEqual(["Kept.", "w2."]);
    expect((await correct(room, second, { text: "Back." })).status).toBe(404);
    const exported = await (await get(`/v1/rooms/${room}/captions.json`, await viewToken(room))).json();
    expect(exported).toMatchObject({ segments: [{ text: "Kept.", edited: true }, { text: "w2." }] });
  });

  it("refuses what is no correction, and changes nothing", async () => {
    const room = newRoom();
    await spoken(room, 1);
    const id = await idOf(room, 0);
    const before = await segmentsOf(room);
    for (const [body, status, code] of [
      ["", 400, "bad_request"],
      ["{", 400, "bad_request"],
      [[], 400, "bad_request"],
      [{}, 400, "bad_request"],
      [{ text: 1 }, 400, "bad_request"],
      [{ text: "a", at: 1 }, 400, "bad_request"],
      [{ text: "a\u0000" }, 400, "bad_request"],
      [{ text: "a\nb" }, 400, "bad_request"],
      [{ text: "x".repeat(limits.correctionMaxCharacters + 1) }, 400, "bad_request"],
      [{ text: "x".repeat(limits.controlFrameMaxBytes) }, 413, "too_large"],
    ] as const) {
      const answer = await correct(room, id, body);
      expect(await answer.json()).toMatchObject({ code });
      expect(answer.status).toBe(status);
    }
    for (const unknown of ["nobody", "..", "%2e%2e", "a%2Fb", "%00"]) {
      expect((await correct(room, unknown, { text: "Words." })).status).toBe(404);
    }
    expect(await segmentsOf(room)).toEqual(before);
  });

  it("is for who may edit this room, and makes none", async () => {
    const room = newRoom();
    await spoken(room, 1);
    const id = await idOf(room, 0);
    for (const [token, status, code] of [
      [await tokenFor(["captions:view", "captions:publish", "rooms:admin"], room), 403, "scope_missing"],
      [await tokenFor(["captions:edit"], "another-room"), 403, "room_forbidden"],
      ["rubbish", 401, "token_invalid"],
    ] as const) {
      const answer = await correct(room, id, { text: "Mine." }, token);
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ code });
    }
    const nowhere = newRoom();
    expect((await correct(nowhere, id, { text: "Words." })).status).toBe(404);
    const tables = await runInDurableObject(
      env.CAPTIONS.getByName(`tests/${nowhere}`),
      (_object: DurableObject, { storage }) => [
        ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'room'"),
      ],
    );
    expect(tables).toEqual([]);
  });
});
