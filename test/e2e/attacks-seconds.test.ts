import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { eventually } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import {
  audioS,
  bytesPerSecond,
  finish,
  format,
  publishTo,
  speakInto,
  startMessage,
} from "../support/attacks-speech.ts";
import { knock } from "../support/doors.ts";

describe("more audio than is allowed", () => {
  let attacked: Attacked;
  const newRoom = (): string => attacked.newRoom("seconds");

  beforeAll(async () => {
    attacked = await Attacked.start();
  });
  afterAll(() => attacked?.close());

  const cappedAt = (maxSeconds: number, room: string): Promise<string> =>
    attacked.token({ scopes: ["captions:publish"], room, maxSeconds, ttl: 600 });

  /** Seconds of audio of this room that the provider was sent. */
  const heardOf = (room: string): number => attacked.provider.heardIn(room) / bytesPerSecond;

  const reaches = (room: string, seconds: number): Promise<number> =>
    eventually(
      `${seconds} s of audio reach the provider`,
      () => heardOf(room),
      (heard) => heard >= seconds,
    );

  it("in one go: the provider is sent as much as is allowed, and not one sample more", async () => {
    const room = newRoom();
    const token = await cappedAt(3, room);
    const publisher = await publishTo(attacked, room, { token });
    speakInto(publisher, 4, 0.1);
    expect(await publisher.closed()).toBe(4503);
    expect(publisher.frames.at(-1)).toMatchObject({ type: "error", code: "cap_reached", retry: false });
    expect(await reaches(room, 3)).toBe(3);
    // Nor by the same token once more.
    const again = await publishTo(attacked, room, { token, start: { session: publisher.session } });
    again.send(audioS(1 / format.sampleRate));
    expect(await again.closed()).toBe(4503);
    expect(await reaches(room, 3)).toBe(3);
  });

  it("in many connections to one session", async () => {
    const room = newRoom();
    const token = await cappedAt(2, room);
    let session: string | undefined;
    let closed: number | null = null;
    for (let sent = 0; sent < 10 && closed === null; sent += 1) {
      const next = await publishTo(attacked, room, { token, start: { session } });
      session = next.session;
      next.send(audioS(0.3));
      await eventually(
        "the audio is passed on, or refused",
        () => [heardOf(room) > 0.3 * (sent + 1) - 0.01, next.of("error").length > 0],
        (outcomes) => outcomes.includes(true),
      );
      if (next.of("error").length > 0) closed = await next.closed();
      else next.close();
    }
    expect(closed).toBe(4503);
    expect(heardOf(room)).toBeCloseTo(1.8);
  });

  it("in several sessions", async () => {
    const room = newRoom();
    const token = await cappedAt(12, room);
    let closed = 0;
    for (let count = 0; count < 6 && closed !== 4503; count += 1) {
      const publisher = await publishTo(attacked, room, { token });
      speakInto(publisher, 4, 0.5);
      publisher.send(JSON.stringify({ type: "finish" }));
      closed = await publisher.closed();
    }
    expect(closed).toBe(4503);
    expect(heardOf(room)).toBeLessThanOrEqual(12);
  });

  it("over the death of the Worker", async () => {
    const room = newRoom();
    const token = await cappedAt(3, room);
    const publisher = await publishTo(attacked, room, { token });
    speakInto(publisher, 2, 0.5);
    await eventually(
      "two seconds are written down",
      () => publisher.of("ack").at(-1)?.position,
      (position) => position === 2 * format.sampleRate,
    );
    await attacked.killAndRestart();
    const again = await publishTo(attacked, room, { token, start: { session: publisher.session } });
    expect(again.resumeFrom).toBe(2 * format.sampleRate);
    speakInto(again, 2, 0.1);
    expect(await again.closed()).toBe(4503);
    expect(await reaches(room, 3)).toBe(3);
  });

  // What a publisher has jumped over is taken for paid, should the room forget that it was jumped over.
  it("over a jump and the death of the Worker", async () => {
    const room = newRoom();
    const token = await cappedAt(10, room);
    attacked.provider.isMute = true;
    const first = await publishTo(attacked, room, { token });
    speakInto(first, 0.4, 0.1);
    first.close();
    const position = 40 * format.sampleRate;
    const second = await publishTo(attacked, room, { token, start: { session: first.session, position } });
    expect(second.resumeFrom).toBe(position);
    speakInto(second, 1, 0.1);
    second.send(JSON.stringify({ type: "start" }));
    await second.closed();
    await attacked.killAndRestart();
    attacked.provider.isMute = false;
    const third = await publishTo(attacked, room, { token, start: { session: first.session } });
    speakInto(third, 30, 0.25);
    third.send(JSON.stringify({ type: "finish" }));
    await third.closed();
    expect(heardOf(room)).toBeLessThanOrEqual(10);
  });

  it("by beginning between two milliseconds", async () => {
    const room = newRoom();
    const token = await cappedAt(1, room);
    const publisher = await publishTo(attacked, room, { token, start: { position: 4 } });
    speakInto(publisher, 1, 0.1);
    publisher.send(audioS(4 / format.sampleRate));
    publisher.send(JSON.stringify({ type: "finish" }));
    await publisher.closed();
    expect(heardOf(room)).toBeLessThanOrEqual(1);
  });

  it("after the room was deleted", async () => {
    const room = newRoom();
    const token = await cappedAt(1, room);
    const admin = await attacked.token({ scopes: ["rooms:admin"], room });
    const first = await publishTo(attacked, room, { token });
    speakInto(first, 1, 0.5);
    await finish(first);
    const deleted = await attacked.ask(`/v1/rooms/${room}`, { method: "DELETE", credential: admin });
    expect(deleted.status).toBe(204);
    const second = await publishTo(attacked, room, { token });
    speakInto(second, 1, 0.5);
    second.send(JSON.stringify({ type: "finish" }));
    await second.closed();
    expect(heardOf(room)).toBe(1);
  });

  it("faster than it is spoken, beyond what may have been kept", async () => {
    const room = newRoom();
    const publisher = await publishTo(attacked, room);
    speakInto(publisher, 1.2 * (limits.audioAheadMaxMs / 1_000));
    expect(await publisher.closed()).toBe(4429);
    expect(publisher.frames.at(-1)).toMatchObject({ type: "error", code: "rate_limited", retry: true });
    expect(heardOf(room)).toBeLessThan(1.1 * (limits.audioAheadMaxMs / 1_000));
  });

  // Each session has a measure of its own.
  it("faster than it is spoken, a session after the other", async () => {
    const room = newRoom();
    let closed = 1_000;
    for (let count = 0; count < 4 && closed === 1_000; count += 1) {
      const publisher = await publishTo(attacked, room);
      speakInto(publisher, 100);
      publisher.send(JSON.stringify({ type: "finish" }));
      closed = await publisher.closed();
    }
    expect(closed).toBe(4429);
    expect(heardOf(room)).toBeLessThan(2 * (limits.audioAheadMaxMs / 1_000));
  });

  it.each(["viewer", "publisher"] as const)("too many messages of a %s", async (role) => {
    const room = newRoom();
    const scope = role === "viewer" ? "captions:view" : "captions:publish";
    const member = await knock(attacked.url, room, {
      role,
      token: await attacked.token({ scopes: [scope], room }),
    });
    if (role === "publisher") member.send(startMessage());
    const message =
      role === "viewer" ? { type: "seen", version: 0 } : { type: "mark", position: 0, sentAt: 0 };
    for (let count = 0; count < 4 * limits.controlBurst; count += 1) member.send(JSON.stringify(message));
    expect(await member.closed()).toBe(4429);
    expect(member.of("error")).toEqual([expect.objectContaining({ code: "rate_limited", retry: true })]);
  });

  it("a viewer that sends audio", async () => {
    const room = newRoom();
    const viewer = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    await viewer.frame("snapshot");
    const before = attacked.provider.heard.length;
    viewer.send(audioS(0.1));
    expect(await viewer.frame("error")).toMatchObject({ code: "not_publisher", retry: false });
    expect(await viewer.closed()).toBe(4503);
    expect(attacked.provider.heard).toHaveLength(before);
    expect(await attacked.roomState(room)).toMatchObject({ viewers: 0, version: 0, state: "idle" });
  });

  it("a publisher that has begun nothing sends audio", async () => {
    const room = newRoom();
    const before = attacked.provider.heard.length;
    const publisher = await knock(attacked.url, room, {
      role: "publisher",
      token: await attacked.token({ scopes: ["captions:publish"], room }),
    });
    publisher.send(audioS(0.1));
    expect(await publisher.frame("error")).toMatchObject({ code: "not_started" });
    await publisher.closed();
    expect(attacked.provider.heard).toHaveLength(before);
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
