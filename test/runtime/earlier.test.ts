import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { forge, Member, request, seconds, start, tokenFor } from "../support/runtime-client.ts";
import { correct, isType, viewToken } from "../support/runtime-room.ts";
import { storedTranscript, storeWords } from "../support/runtime-stored.ts";
import { type Subscriber, subscriberOf } from "../support/runtime-subscriber.ts";

const words = 2 * limits.snapshotMaxSegments + 200;
/** More than are needed for all of them. */
const requestsMax = 20;

let rooms = 0;
const newRoom = () => `earlier-${++rooms}`;

let close = (): void => {};
afterEach(() => close());

/** Comes after so many words, and holds the newest of them. */
async function lateSubscriber(
  room: string,
  count = words,
  writtenAt?: (index: number) => number,
): Promise<Subscriber> {
  await storeWords(room, count, writtenAt);
  const subscriber = await subscriberOf(room, () => viewToken(room));
  const { subscription } = subscriber;
  close = () => subscription.close();
  expect(subscription.captions).toMatchObject({ hasEarlier: true });
  expect(subscription.captions.segments).toHaveLength(limits.snapshotMaxSegments);
  return subscriber;
}

async function fetchAll({ subscription }: Subscriber): Promise<void> {
  for (let asked = 0; subscription.captions.hasEarlier; asked += 1) {
    if (asked === requestsMax) throw new Error("There is always something earlier.");
    await subscription.earlier();
  }
}

/** Everything the room has told is applied: the captions are its whole transcript. */
async function expectWhole({ subscription, until }: Subscriber, room: string): Promise<void> {
  const { epoch, version, segments } = await storedTranscript(room);
  await until("the room's head", ({ position }) => position?.epoch === epoch && position.version === version);
  expect(subscription.captions.segments).toEqual(segments);
  expect(subscription.captions.hasEarlier).toBe(false);
}

async function headReached({ until }: Subscriber, room: string): Promise<void> {
  const { version } = await storedTranscript(room);
  await until(`version ${version}`, ({ position }) => position?.version === version);
}

async function asAdmin(room: string, init: { method: "PUT" | "DELETE"; body?: string }): Promise<void> {
  const authorization = `Bearer ${await tokenFor(["rooms:admin"], room)}`;
  const answer = await request(`/v1/rooms/${room}`, { ...init, headers: { authorization } });
  expect(answer.ok).toBe(true);
}

const purge = (room: string) => asAdmin(room, { method: "DELETE" });

async function remove(room: string, id: string): Promise<void> {
  expect((await correct(room, id, { text: "" })).status).toBe(204);
}

/** A speaker who says a word whenever told to; resolves once it is stored. */
async function speaker(room: string): Promise<() => Promise<void>> {
  const publisher = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
  publisher.send(start);
  await publisher.until("ready", isType("ready"));
  let said = 0;
  return async () => {
    said += 1;
    publisher.send(seconds(1));
    await publisher.until("ack", ({ type, position }) => type === "ack" && position === said * 16_000);
  };
}

describe("the earlier captions of a late subscriber", () => {
  const moments = ["between two requests", "behind the room's answer", "before the room is asked"] as const;
  it.each(moments)("become the room's whole transcript, whatever changes %s", async (moment) => {
    const room = newRoom();
    const subscriber = await lateSubscriber(room);
    const { subscription, way, asked } = subscriber;
    const say = await speaker(room);
    let changes = 0;

    /** A final, and an edit and a removal in the part that is next, in one that is held and at the very beginning. */
    async function disturb(): Promise<void> {
      changes += 1;
      await say();
      const { segments } = await storedTranscript(room);
      const first = segments.findIndex(({ id }) => id === subscription.captions.segments[0]?.id);
      for (const index of new Set([Math.max(0, first - 50), first + 150, 0])) {
        const [edited, removed] = [segments[index]?.id ?? "", segments[index + 20]?.id ?? ""];
        expect((await correct(room, edited, { text: `Edited ${changes}.` })).status).toBe(200);
        await remove(room, removed);
      }
    }

    if (moment === "behind the room's answer") {
      way.answered = async () => {
        const [first] = subscription.captions.segments;
        await disturb();
        // The very one that the part ends at, too.
        await remove(room, first?.id ?? "");
        await headReached(subscriber, room);
      };
    }
    if (moment === "before the room is asked") way.asking = disturb;
    while (subscription.captions.hasEarlier && asked.length < requestsMax) {
      const held = Promise.withResolvers<void>();
      if (moment === "before the room is asked") way.frames = held.promise;
      await subscription.earlier();
      held.resolve();
      if (moment === "between two requests") await disturb();
      await headReached(subscriber, room);
    }
    expect(changes).toBe(asked.length);
    expect(changes).toBeGreaterThan(2);
    await expectWhole(subscriber, room);
    const texts = subscription.captions.segments.map(({ text }) => text);
    expect(texts.slice(-changes)).toEqual(Array.from({ length: changes }, (_, index) => `w${index}.`));
    expect(texts.filter((text) => text.startsWith("Edited")).length).toBeGreaterThan(changes);
  });

  it("come also when the one they were asked before is removed first", async () => {
    const room = newRoom();
    const subscriber = await lateSubscriber(room);
    const { subscription, way, asked } = subscriber;
    way.asking = async () => {
      way.asking = async () => {};
      await remove(room, subscription.captions.segments[0]?.id ?? "");
      await headReached(subscriber, room);
    };
    await subscription.earlier();
    expect(asked).toHaveLength(2);
    expect(subscription.captions.segments.length).toBeGreaterThan(limits.snapshotMaxSegments);

    // Here the removal is heard of only after the room's refusal: it takes another call.
    const held = Promise.withResolvers<void>();
    way.frames = held.promise;
    await remove(room, subscription.captions.segments[0]?.id ?? "");
    await expect(subscription.earlier()).rejects.toMatchObject({ code: "not_found" });
    held.resolve();
    await headReached(subscriber, room);
    await fetchAll(subscriber);
    await expectWhole(subscriber, room);
  });

  it.each(["asking", "answered"] as const)("are none any more after a purge (%s)", async (moment) => {
    const room = newRoom();
    const subscriber = await lateSubscriber(room);
    const { subscription, way, until } = subscriber;
    way[moment] = async () => {
      await purge(room);
      await until("the new epoch", ({ position }) => position?.epoch !== "stored");
    };
    expect(await subscription.earlier()).toMatchObject({ segments: [], hasEarlier: false });
    await expectWhole(subscriber, room);
    const say = await speaker(room);
    await say();
    await headReached(subscriber, room);
    expect(subscription.captions.segments.map(({ text }) => text)).toEqual(["w0."]);
    await expectWhole(subscriber, room);
  });

  it("are none of the new history when a purge is heard of late", async () => {
    const room = newRoom();
    const subscriber = await lateSubscriber(room);
    const { subscription, way } = subscriber;
    const held = Promise.withResolvers<void>();
    way.frames = held.promise;
    way.answered = () => purge(room);
    expect((await subscription.earlier()).segments.length).toBeGreaterThan(limits.snapshotMaxSegments);
    await expect(subscription.earlier()).rejects.toMatchObject({ code: "not_found" });
    held.resolve();
    await expectWhole(subscriber, room);
    expect(subscription.captions.segments).toEqual([]);
  });

  it.each([
    ["nothing else is left", 0],
    ["other captions are left", 100],
  ])("are asked for when everything held has expired and %s", async (_, keptWords) => {
    const room = newRoom();
    const count = limits.snapshotMaxSegments + 100;
    const twoHoursAgo = Date.now() - 2 * 3_600_000;
    const subscriber = await lateSubscriber(room, count, (index) =>
      index < keptWords ? Date.now() : twoHoursAgo,
    );
    const { subscription, asked } = subscriber;
    await asAdmin(room, { method: "PUT", body: JSON.stringify({ retentionHours: 1 }) });
    await headReached(subscriber, room);
    expect(subscription.captions.segments).toEqual([]);
    await fetchAll(subscriber);
    expect(asked).toHaveLength(1);
    expect(subscription.captions.segments).toHaveLength(keptWords);
    await expectWhole(subscriber, room);
  });

  it("are refused to an expired token, and given to the next one", async () => {
    const room = newRoom();
    await storeWords(room, words);
    const expired = await forge({ claims: { room, scope: "captions:view" }, expiresInSeconds: -60 });
    const tokens = [await viewToken(room), expired, await viewToken(room)];
    const subscriber = await subscriberOf(room, () => tokens.shift() ?? viewToken(room));
    const { subscription, asked } = subscriber;
    close = () => subscription.close();
    const before = subscription.captions;
    await expect(subscription.earlier()).rejects.toMatchObject({ code: "token_expired" });
    expect(subscription.captions).toBe(before);
    expect(subscription.link.state).toBe("open");
    await fetchAll(subscriber);
    expect(new Set(asked.map(({ search }) => search)).size).toBe(asked.length - 1);
    await expectWhole(subscriber, room);
  });
});
