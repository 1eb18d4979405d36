import { expect } from "vitest";
import type { Rule } from "../rule.ts";
import { silence, start } from "../speaker.ts";

/** Errors, sizes and rates. */
export const refusals: readonly Rule[] = [
  {
    id: "T1",
    title: "an error on a socket is one frame and a close, by the table, with its code as the reason",
    codes: ["bad_message"],
    async run(world) {
      const { link } = await world.watch();
      link.send("{what");
      await world.refused(link, "bad_message");
      const [, error, ...more] = link.frames;
      expect(more).toEqual([]);
      expect(Object.keys(error ?? {}).sort()).toEqual(["code", "message", "retry", "type"]);
    },
  },
  {
    id: "T2",
    title: "an error by HTTP is JSON with its status, by the table, and the request's id",
    codes: ["not_found"],
    async run(world) {
      const answer = await world.ask("/v1/nowhere");
      world.refusedByHttp(answer, "not_found");
      expect(answer.json()).toEqual({
        code: "not_found",
        message: expect.any(String),
        retry: false,
        requestId: answer.headers.get("x-request-id"),
      });
    },
  },
  {
    id: "T3",
    title: "below 4500 one may come back, from 4500 on not",
    codes: ["rate_limited", "token_invalid"],
    async run(world) {
      const again = await world.watch();
      for (let at = 0; at < 60; at += 1) again.link.send({ type: "seen", version: 0 });
      await world.refused(again.link, "rate_limited");
      const away = await world.knock({ token: "nonsense" });
      await world.refused(away, "token_invalid");
      for (const link of [again.link, away]) {
        const { code } = await link.closed();
        const error = await link.frame("error");
        expect(error.retry).toBe(code < 4500);
        expect(code >= 4000 && code < 5000).toBe(true);
      }
    },
  },
  {
    id: "T4",
    title: "a message of another type or shape is refused, whoever sends it",
    codes: ["bad_message", "not_publisher"],
    async run(world) {
      const seen = { type: "seen", version: 0 };
      for (const wrong of [
        "",
        "null",
        { type: "launch" },
        { ...seen, more: 1 },
        { type: "seen", version: -1 },
        start,
      ]) {
        const { link } = await world.watch();
        link.send(wrong);
        await world.refused(link, "bad_message");
      }
      const { link } = await world.watch();
      link.send(silence(20));
      await world.refused(link, "not_publisher");
      const rates = [0, 7_999, 48_001, 16_000.5, "16000"].map((sampleRate) => ({ ...start, sampleRate }));
      for (const wrong of [
        "{",
        { type: "seen", version: 0 },
        { ...start, encoding: "opus" },
        { ...start, more: 1 },
        ...rates,
      ]) {
        const publisher = await world.knockAsPublisher();
        publisher.send(wrong);
        await world.refused(publisher, "bad_message");
      }
    },
  },
  {
    id: "T5",
    title: "a message over 16 KiB, and audio over 256 KiB at once, are too large",
    codes: ["too_large"],
    async run(world) {
      const { link } = await world.watch();
      link.send("x".repeat(16 * 1024 + 1));
      await world.refused(link, "too_large");
      const text = await world.knockAsPublisher();
      text.send("x".repeat(16 * 1024 + 1));
      await world.refused(text, "too_large");
      const audio = await world.speak();
      audio.link.send(new Uint8Array(256 * 1024));
      audio.link.send(new Uint8Array(256 * 1024 + 1));
      await world.refused(audio.link, "too_large");
    },
  },
  {
    id: "T6",
    title: "a member that sends 50 messages at once is heard, and one that goes on is not",
    codes: ["rate_limited"],
    async run(world) {
      const { link } = await world.watch();
      const token = await world.token("captions:view");
      for (let at = 0; at < 49; at += 1) link.send({ type: "seen", version: 0 });
      // The room itself answers this one, behind all that came before.
      link.send({ type: "auth", token });
      await link.frame("renewed");
      for (let at = 0; at < 50; at += 1) link.send({ type: "seen", version: 0 });
      await world.refused(link, "rate_limited");
    },
  },
  {
    id: "T7",
    title: "audio runs ahead of the clock by 130 s at most",
    codes: ["rate_limited"],
    async run(world) {
      const speaker = await world.speak({ encoding: "mulaw", sampleRate: 8_000 });
      const second = new Uint8Array(8_000).fill(0xff);
      for (let at = 0; at < 128; at += 1) speaker.link.send(second);
      speaker.link.send("ping");
      await speaker.link.until("pong", () => speaker.link.words.includes("pong"));
      for (let at = 0; at < 30; at += 1) speaker.link.send(second);
      await world.refused(speaker.link, "rate_limited", 40_000);
    },
  },
  {
    id: "T7",
    title: "all sessions of a room have those 130 s together",
    codes: ["rate_limited"],
    async run(world) {
      const format = { encoding: "mulaw", sampleRate: 8_000 };
      const second = new Uint8Array(8_000).fill(0xff);
      const first = await world.speak(format);
      for (let at = 0; at < 100; at += 1) first.link.send(second);
      // Heard, all of it: behind it comes what is no message.
      first.link.send("{");
      await first.link.closed(40_000);
      const token = await world.token(["captions:publish", "rooms:admin"]);
      const next = await world.speak(format, { token, query: { takeover: 1 } });
      expect(next.ready.session).not.toBe(first.ready.session);
      for (let at = 0; at < 100; at += 1) next.link.send(second);
      await world.refused(next.link, "rate_limited", 40_000);
    },
  },
  {
    id: "T8",
    title: "who is refused harms nobody else",
    codes: ["bad_message", "not_publisher"],
    async run(world) {
      const viewer = await world.watch();
      const speaker = await world.speak();
      const saying = speaker.say(await world.library.sentence());
      const { link } = await world.watch();
      link.send("{what");
      await world.refused(link, "bad_message");
      const other = await world.watch();
      other.link.send(silence(20));
      await world.refused(other.link, "not_publisher");
      await saying;
      const version = await speaker.finish();
      await viewer.link.until("the last words", () => viewer.mirror.version === version);
      expect(viewer.link.frames.filter(({ type }) => type === "snapshot")).toHaveLength(1);
    },
  },
];
