import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { eventually } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import { knock, publisherRefusal, refusalOf, speakPath } from "../support/doors.ts";
import { startSpeaking } from "../support/speak-client.ts";

describe("a token that is used up", () => {
  let attacked: Attacked;
  const newRoom = (): string => attacked.newRoom("capped");

  beforeAll(async () => {
    attacked = await Attacked.start();
  });
  afterAll(() => attacked?.close());

  const say = (credential: string, text: string) =>
    attacked.ask(speakPath, { method: "POST", credential, body: { text: attacked.secret(text) } });

  /** As many as are in the way of each other are sent away by another limit: those come again. */
  async function insist(credential: string, text: string): Promise<number> {
    for (;;) {
      const { status } = await say(credential, text);
      if (status !== 429) return status;
    }
  }

  const textOf = (characters: number): string => `${randomUUID()}${"a".repeat(100)}`.slice(0, characters);

  it("characters, raced by 20 requests: exactly as many as allowed reach the provider", async () => {
    const token = await attacked.token({ scopes: ["speak"], maxChars: 400 });
    const before = attacked.provider.characters;
    const racing = Array.from({ length: 20 }, () => insist(token, textOf(40)));
    const statuses = await Promise.all(racing);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(attacked.provider.characters - before).toBe(400);
    const { status, code } = await say(token, "a");
    expect([status, code]).toEqual([403, "CAP_REACHED"]);
    expect(attacked.provider.characters - before).toBe(400);
  });

  it("characters beyond the Basic Multilingual Plane count once, and one too many is refused", async () => {
    const token = await attacked.token({ scopes: ["speak"], maxChars: 3 });
    const before = attacked.provider.texts.length;
    expect((await say(token, "🎉🎉🎉🎉")).code).toBe("CAP_REACHED");
    expect(attacked.provider.texts).toHaveLength(before);
    expect((await say(token, "🎉🎉🎉")).status).toBe(200);
    expect((await say(token, "a")).code).toBe("CAP_REACHED");
    expect(attacked.provider.texts).toHaveLength(before + 1);
  });

  it("characters, by clients that leave at any moment: never more than allowed reach the provider", async () => {
    const maxChars = 800;
    const token = await attacked.token({ scopes: ["speak"], maxChars });
    const before = attacked.provider.characters;
    for (let round = 0; round < 12; round += 1) {
      const leaving = Array.from({ length: 6 }, async (_, at) => {
        const speaking = startSpeaking({ url: attacked.url, token, text: attacked.secret(textOf(40)) });
        await new Promise((resolve) => setTimeout(resolve, (round * 6 + at) / 6));
        speaking.leave("reset");
      });
      await Promise.all(leaving);
    }
    const statuses = await Promise.all(Array.from({ length: 25 }, () => insist(token, textOf(40))));
    expect(statuses).toContain(403);
    expect(attacked.provider.characters - before).toBeLessThanOrEqual(maxChars);
  });

  it("characters, over the death of the Worker", async () => {
    const token = await attacked.token({ scopes: ["speak"], maxChars: 50, ttl: 600 });
    expect((await say(token, textOf(40))).status).toBe(200);
    await attacked.killAndRestart();
    const before = attacked.provider.texts.length;
    expect((await say(token, textOf(11))).code).toBe("CAP_REACHED");
    expect(attacked.provider.texts).toHaveLength(before);
    expect((await say(token, textOf(10))).status).toBe(200);
  });

  it.each([
    [{ url: "http://127.0.0.1:9/" }, 400],
    [{ text: "" }, 400],
    [{ text: " \n" }, 400],
    [{ text: "a", url: "http://127.0.0.1:9/" }, 400],
  ])("characters are not hidden in %j", async (body, status) => {
    const token = await attacked.token({ scopes: ["speak"], maxChars: 10 });
    const before = attacked.provider.counts;
    const answer = await attacked.ask(speakPath, { method: "POST", credential: token, body });
    expect(answer.status).toBe(status);
    expect(attacked.provider.counts).toEqual(before);
    // And none were taken for what was refused.
    expect((await say(token, textOf(10))).status).toBe(200);
  });

  it("connections, raced by sockets and streams: as many as allowed come in", async () => {
    const room = newRoom();
    await attacked.makeRoom(room, { language: "en" });
    const token = await attacked.token({ scopes: ["captions:view"], room, maxConnections: 3 });
    const visitors = await Promise.all(
      Array.from({ length: 20 }, () => knock(attacked.url, room, { token })),
    );
    const isIn = await Promise.all(visitors.map((visitor) => visitor.isIn()));
    expect(isIn.filter(Boolean)).toHaveLength(3);
    const refused = visitors.filter((_, at) => isIn[at] === false);
    expect(await Promise.all(refused.map((visitor) => visitor.closed()))).toEqual(refused.map(() => 4429));
    expect(refused.map(({ frames }) => frames)).toEqual(
      refused.map(() => [expect.objectContaining({ code: "too_many_connections", retry: true })]),
    );
    const stream = await attacked.ask(`/v1/rooms/${room}/events`, { credential: token });
    expect([stream.status, stream.code]).toEqual([429, "too_many_connections"]);
    expect(await attacked.roomState(room)).toMatchObject({ viewers: 3 });
    visitors[isIn.indexOf(true)]?.close();
    await eventually(
      "another comes in",
      async () => (await knock(attacked.url, room, { token })).isIn(),
      (came) => came,
    );
  });

  it("connections: a renewal by a token that has as many already", async () => {
    const room = newRoom();
    const full = await attacked.token({ scopes: ["captions:view"], room, maxConnections: 1 });
    const first = await knock(attacked.url, room, { token: full });
    await first.frame("snapshot");
    const second = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    await second.frame("snapshot");
    second.send(JSON.stringify({ type: "auth", token: full }));
    expect(await second.frame("error")).toMatchObject({ code: "too_many_connections" });
    expect(await second.closed()).toBe(4429);
    // To show again what one came by takes no second place.
    first.send(JSON.stringify({ type: "auth", token: full }));
    await first.frame("renewed");
    expect(first.closeCode).toBeNull();
  });

  it("connections of a publisher's token", async () => {
    const room = newRoom();
    const token = await attacked.token({ scopes: ["captions:publish"], room, maxConnections: 2 });
    const inside = await Promise.all(
      [1, 2].map(() => knock(attacked.url, room, { role: "publisher", token })),
    );
    await expect
      .poll(async () => publisherRefusal(await knock(attacked.url, room, { role: "publisher", token })))
      .toBe("too_many_connections");
    for (const visitor of inside) visitor.close();
  });

  it("viewers of a room, raced", async () => {
    const room = newRoom();
    await attacked.makeRoom(room, { maxViewers: 5 });
    const visitors = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const token = await attacked.token({ scopes: ["captions:view"], room });
        return knock(attacked.url, room, { token });
      }),
    );
    const isIn = await Promise.all(visitors.map((visitor) => visitor.isIn()));
    expect(isIn.filter(Boolean)).toHaveLength(5);
    expect(await attacked.roomState(room)).toMatchObject({ viewers: 5 });
  });

  it(`publishers' connections to a room, raced: ${limits.roomPublishersMax}`, async () => {
    const room = newRoom();
    await attacked.makeRoom(room);
    const token = await attacked.token({ scopes: ["captions:publish"], room });
    const visitors = await Promise.all(
      Array.from({ length: limits.roomPublishersMax + 10 }, () =>
        knock(attacked.url, room, { role: "publisher", token }),
      ),
    );
    await eventually(
      "the others are told",
      () => visitors.filter(({ frames }) => frames.length > 0).length,
      (count) => count === 10,
    );
    for (const visitor of visitors) visitor.close();
  });

  it("rooms of a tenant, raced by settings and sockets: as many as allowed are made", async () => {
    const key = attacked.keys.small;
    const names = Array.from({ length: 12 }, () => newRoom());
    const token = await attacked.token({ scopes: ["rooms:admin", "captions:view"] }, key);
    const outcomes = await Promise.all(
      names.map(async (room, at) => {
        if (at % 2 === 0) return refusalOf(await knock(attacked.url, room, { token }));
        const { code } = await attacked.ask(`/v1/rooms/${room}`, {
          method: "PUT",
          credential: token,
          body: { language: "en" },
        });
        return code;
      }),
    );
    expect(outcomes.filter((code) => code === null)).toHaveLength(3);
    expect(outcomes.filter((code) => code === "too_many_rooms")).toHaveLength(9);
    const states = await Promise.all(
      names.map((room) => attacked.ask(`/v1/rooms/${room}`, { credential: token })),
    );
    expect(states.map(({ status }) => status)).toEqual(outcomes.map((code) => (code === null ? 200 : 404)));
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
