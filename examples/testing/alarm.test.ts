import { type ScriptedCaptionwire, startCaptionwire } from "captionwire/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startAlarm } from "./alarm.ts";

describe("the alarm, by a script", () => {
  let cw: ScriptedCaptionwire;
  beforeAll(async () => {
    cw = await startCaptionwire({ upstream: "scripted" });
  }, 60_000);
  afterAll(() => cw?.close());

  it("goes off for final words only, and once for each, also when the room is moved", {
    timeout: 60_000,
  }, async () => {
    const mentions: string[] = [];
    const alarm = startAlarm({
      url: cw.url,
      room: "news",
      token: () => cw.token({ scopes: ["captions:view"], room: "news" }),
      word: "fire",
      onMention: ({ text }) => mentions.push(text),
    });
    const viewer = await cw.viewer("news");
    const publisher = await cw.publisher("news");
    await publisher.silence(4_000);

    await cw.upstream.interim("there is a fire");
    await viewer.seesInterim("fire");
    await cw.upstream.final("There is a choir in town.");
    await cw.upstream.final("It sings of fire.");
    await vi.waitUntil(() => mentions.length > 0, 5_000);

    await cw.faults.evictRoom("news");
    await publisher.silence(4_000);
    await cw.upstream.final("Fire and water.");
    await publisher.finish();
    await viewer.sees("fire and water");
    await vi.waitUntil(() => alarm.captions.position?.version === viewer.captions.position?.version, 5_000);
    expect(mentions).toEqual(["It sings of fire.", "Fire and water."]);
    alarm.close();
  });
});

it("the alarm, with speech that is spoken and recognised", { timeout: 60_000 }, async () => {
  await using cw = await startCaptionwire();
  const room = "kitchen";
  const heard = Promise.withResolvers<string>();
  const alarm = startAlarm({
    url: cw.url,
    room,
    token: () => cw.token({ scopes: ["captions:view"], room }),
    word: "coffee",
    onMention: ({ text }) => heard.resolve(text),
  });
  const publisher = await cw.publisher(room);
  await publisher.say("Would you like a cup of coffee?");
  await publisher.finish();
  expect(await heard.promise).toMatch(/coffee/i);
  alarm.close();
});
