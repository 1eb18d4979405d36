import { expect } from "vitest";
import type { Segment } from "../../../../shared/captions.ts";
import type { Rule } from "../rule.ts";
import { audioFrom, msOf, sampleRate, samplesOf, silence, start } from "../speaker.ts";

const key = "a-key-of-the-publishers-own";

/** No two of a session's segments lie over each other: nothing is written down twice. */
function expectNothingTwice(segments: readonly Segment[]): void {
  for (const [at, segment] of segments.entries()) {
    const before = segments[at - 1];
    if (before?.session === segment.session) expect(segment.start).toBeGreaterThanOrEqual(before.end);
  }
}

/** The lane of a session, from its start to the word that it is finished. */
export const publishers: readonly Rule[] = [
  {
    id: "P1",
    title: "a start is answered by ready, with a session and the position to send from",
    async run(world) {
      const { ready } = await world.speak();
      expect(ready).toMatchObject({ type: "ready", resumeFrom: 0, status: { state: expect.any(String) } });
      expect(ready.session).toMatch(/\S/);
    },
  },
  {
    id: "P1",
    title: "a session may begin at a later position, and its captions lie behind it",
    async run(world) {
      const position = 60 * sampleRate;
      const speaker = await world.speak({ position });
      expect(speaker.ready.resumeFrom).toBe(position);
      await speaker.say(await world.library.sentence());
      await speaker.finish();
      const { segments } = await world.captions();
      expect(segments.length).toBeGreaterThan(0);
      for (const { start: from } of segments) expect(from).toBeGreaterThanOrEqual(msOf(position));
    },
  },
  {
    id: "P2",
    title: "nothing but a start may come first",
    codes: ["not_started"],
    async run(world) {
      for (const first of [silence(100), { type: "finish" }, { type: "mark", position: 0, sentAt: 0 }]) {
        const link = await world.knockAsPublisher();
        link.send(first);
        await world.refused(link, "not_started");
      }
    },
  },
  {
    id: "P3",
    title: "acknowledged positions grow, and never beyond what was sent",
    async run(world) {
      const audio = await world.library.sentences();
      const speaker = await world.speak();
      await speaker.say(audio);
      await speaker.finish();
      const { acks } = speaker;
      expect(acks.length).toBeGreaterThan(0);
      expect(acks).toEqual([...new Set(acks)].toSorted((a, b) => a - b));
      expect(acks.at(-1)).toBeLessThanOrEqual(samplesOf(audio));
    },
  },
  {
    id: "P4",
    title: "what is acknowledged is in the captions already, and stays as it is there",
    async run(world) {
      const speaker = await world.speak();
      const saying = speaker.say(await world.library.sentences());
      await speaker.link.frame("ack");
      const [position = 0] = speaker.acks;
      const { segments: atAck } = await world.captions();
      await saying;
      await speaker.finish();
      const { segments } = await world.captions();
      const acknowledged = segments.filter(({ end }) => end <= msOf(position));
      expect(atAck.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(atAck.length).toBeGreaterThan(0);
    },
  },
  {
    id: "P5",
    title:
      "finish is answered when the last words are written down, with the head; then the socket closes with 1000",
    async run(world) {
      const speaker = await world.speak();
      await speaker.say(await world.library.sentence());
      const version = await speaker.finish();
      expect(await speaker.link.closed()).toMatchObject({ code: 1000 });
      const captions = await world.captions();
      expect(captions).toMatchObject({ version, status: { state: "ended" }, interim: null });
      expect(captions.segments.length).toBeGreaterThan(0);
    },
  },
  {
    id: "P6",
    title: "who waits for no answer is captioned all the same",
    async run(world) {
      const audio = await world.library.sentence();
      const link = await world.knockAsPublisher();
      link.send(start);
      for (let at = 0; at < audio.length; at += 6_400) link.send(audio.subarray(at, at + 6_400));
      link.send({ type: "finish" });
      const { version } = await link.frame("finished");
      expect(version).toBeGreaterThanOrEqual(1);
      expect((await world.captions()).version).toBe(version);
    },
  },
  {
    id: "P7",
    title:
      "who lost its socket goes on in its session where the room's audio ends: nothing is lost or there twice",
    async run(world) {
      const audio = await world.library.sentences();
      const half = Math.floor(audio.length / 4) * 2;
      const first = await world.speak({ key });
      await first.say(audio.subarray(0, half));
      first.link.cut();
      const again = await world.speak({
        key,
        session: first.ready.session,
        position: first.acks.at(-1) ?? 0,
      });
      expect(again.ready.session).toBe(first.ready.session);
      const { resumeFrom } = again.ready;
      expect(resumeFrom).toBeGreaterThanOrEqual(first.acks.at(-1) ?? 0);
      expect(resumeFrom).toBeLessThanOrEqual(half / 2);
      await again.say(audioFrom(audio, resumeFrom));
      const version = await again.finish();
      const { segments } = await world.captions();
      expect(segments.filter(({ kind }) => kind === "gap")).toEqual([]);
      expectNothingTwice(segments);
      expect(version).toBeGreaterThanOrEqual(2);
      const { world: there } = await world.library.captioned();
      const whole = (await there.captions()).segments.at(-1);
      // The last words are there, about where they are without an interruption.
      expect(Math.abs((segments.at(-1)?.end ?? 0) - (whole?.end ?? 0))).toBeLessThan(1_000);
    },
  },
  {
    id: "P8",
    title: "who never heard its session's name goes on by its key alone",
    async run(world) {
      const first = await world.speak({ key });
      first.link.cut();
      const again = await world.speak({ key });
      expect(again.ready.session).toBe(first.ready.session);
    },
  },
  {
    id: "P9",
    title: "a session is its publisher's: another key, or none, does not go on in it",
    codes: ["session_ended", "publisher_present"],
    async run(world) {
      const first = await world.speak({ key });
      const { session } = first.ready;
      const other = await world.knockAsPublisher();
      other.send({ ...start, session, key: "the-key-of-somebody-else" });
      await world.refused(other, "publisher_present");
      first.link.send({ type: "finish" });
      await first.link.closed();
      const none = await world.knockAsPublisher();
      none.send({ ...start, session });
      await world.refused(none, "session_ended");
    },
  },
  {
    id: "P10",
    title: "a session goes on in its audio format",
    codes: ["bad_message"],
    async run(world) {
      const first = await world.speak({ key });
      first.link.cut();
      const other = await world.knockAsPublisher();
      other.send({ ...start, key, sampleRate: 8_000 });
      await world.refused(other, "bad_message");
    },
  },
  {
    id: "P11",
    title: "audio that is lost for good is a gap from where the room's audio ends",
    async run(world) {
      const first = await world.speak({ key });
      await first.say(silence(500));
      first.link.cut();
      const position = 3 * sampleRate;
      const again = await world.speak({ key, position });
      expect(again.ready.resumeFrom).toBe(position);
      await again.say(await world.library.sentence());
      await again.finish();
      const { segments } = await world.captions();
      const gap = segments.find(({ kind }) => kind === "gap");
      expect(gap?.end).toBe(msOf(position));
      expect(gap?.start).toBeLessThanOrEqual(500);
      expect(segments.at(-1)?.kind).toBe("speech");
      expect(segments.at(-1)?.start).toBeGreaterThanOrEqual(msOf(position));
    },
  },
  {
    id: "P12",
    title: "who did not hear that its session finished hears it when it comes back",
    async run(world) {
      const first = await world.speak({ key });
      const version = await first.finish();
      const again = await world.knockAsPublisher();
      again.send({ ...start, key, session: first.ready.session });
      expect(await again.closed()).toMatchObject({ code: 1000 });
      expect(again.frames.at(-1)).toEqual({ type: "finished", version });
    },
  },
  {
    id: "P13",
    title: "a second publisher is refused, and the first hears nothing of it",
    codes: ["publisher_present"],
    async run(world) {
      const first = await world.speak();
      const second = await world.knockAsPublisher();
      second.send(start);
      await world.refused(second, "publisher_present");
      await first.say(await world.library.sentence());
      expect(await first.finish()).toBeGreaterThanOrEqual(1);
    },
  },
  {
    id: "P14",
    title: "a takeover sends the publisher away for good and keeps what it said",
    codes: ["publisher_present"],
    async run(world) {
      const first = await world.speak({ key });
      await first.say(await world.library.sentence());
      const token = await world.token(["captions:publish", "rooms:admin"]);
      const second = await world.speak({}, { token, query: { takeover: 1 } });
      await world.refused(first.link, "publisher_present");
      expect(second.ready.resumeFrom).toBe(0);
      expect(second.ready.session > first.ready.session).toBe(true);
      const { segments } = await world.captions();
      expect(segments.length).toBeGreaterThan(0);
      expect(segments.every(({ session }) => session === first.ready.session)).toBe(true);
      const back = await world.knockAsPublisher();
      back.send({ ...start, key, session: first.ready.session });
      await world.refused(back, "publisher_present");
    },
  },
  {
    id: "P15",
    title: "a takeover needs rooms:admin besides captions:publish",
    codes: ["scope_missing"],
    async run(world) {
      await world.speak();
      await world.refused(await world.knockAsPublisher({ query: { takeover: 1 } }), "scope_missing");
      const token = await world.token("rooms:admin");
      await world.refused(await world.knockAsPublisher({ token, query: { takeover: 1 } }), "scope_missing");
    },
  },
  {
    id: "P16",
    title: "a session is started once, and no audio follows its finish",
    codes: ["bad_message"],
    async run(world) {
      const twice = await world.speak();
      twice.link.send(start);
      await world.refused(twice.link, "bad_message");
    },
  },
  {
    id: "P17",
    title: "a mark is taken without an answer",
    async run(world) {
      const speaker = await world.speak();
      speaker.link.send({ type: "mark", position: 0, sentAt: Date.now() });
      speaker.link.send("ping");
      await speaker.link.until("pong", () => speaker.link.words.includes("pong"));
      expect(speaker.link.isOpen).toBe(true);
      await speaker.finish();
    },
  },
  {
    id: "P18",
    title: "a token publishes as many seconds as it says, and what is over them is not kept",
    codes: ["cap_reached"],
    async run(world) {
      const token = await world.token("captions:publish", { maxSeconds: 1 });
      const speaker = await world.speak({}, { token });
      speaker.link.send(silence(900));
      speaker.link.send(silence(200));
      await world.refused(speaker.link, "cap_reached");
    },
  },
  {
    id: "P19",
    title: "what the provider would refuse is said at the start; what it does refuse ends the session",
    codes: ["bad_message", "provider_refused"],
    async run(world) {
      const bad = await world.knockAsPublisher();
      bad.send({ ...start, model: "flux-general-en", diarize: true });
      await world.refused(bad, "bad_message");
      const unknown = await world.speak({ key, model: "nova-99" });
      await world.refused(unknown.link, "provider_refused");
      const again = await world.knockAsPublisher();
      again.send({ ...start, key, model: "nova-99" });
      await world.refused(again, "session_ended");
    },
  },
  {
    id: "P20",
    title: "a room that loses its memory loses no word, and writes none down twice",
    needs: "evictRoom",
    timeoutMs: 120_000,
    async run(world) {
      const audio = await world.library.sentences();
      const first = await world.speak({ key });
      await first.say(audio.subarray(0, 2 * Math.floor((samplesOf(audio) * 2) / 3)));
      const before = await world.captions();
      await world.target.faults?.evictRoom?.(world.room);
      const again = await world.speak({ key, position: first.acks.at(-1) ?? 0 });
      expect(again.ready.session).toBe(first.ready.session);
      expect(again.ready.resumeFrom).toBeGreaterThanOrEqual(first.acks.at(-1) ?? 0);
      await again.say(audioFrom(audio, again.ready.resumeFrom));
      await again.finish();
      const { segments, epoch } = await world.captions();
      expect(epoch).toBe(before.epoch);
      expect(segments.slice(0, before.segments.length)).toEqual(before.segments);
      expect(segments.filter(({ kind }) => kind === "gap")).toEqual([]);
      expectNothingTwice(segments);
    },
  },
  {
    id: "P21",
    title: "a provider that breaks off costs neither the publisher's socket nor a word",
    needs: "dropUpstream",
    timeoutMs: 120_000,
    async run(world) {
      const audio = await world.library.sentences();
      const { link, mirror } = await world.watch();
      const speaker = await world.speak();
      const half = Math.floor(audio.length / 4) * 2;
      await speaker.say(audio.subarray(0, half));
      await world.target.faults?.dropUpstream?.();
      await speaker.say(audio.subarray(half));
      const version = await speaker.finish();
      await link.until("the last words", () => mirror.version === version);
      expect(mirror.segments.filter(({ kind }) => kind === "gap")).toEqual([]);
      expectNothingTwice(mirror.segments);
      expect(mirror.segments).toEqual((await world.captions()).segments);
      const { world: there } = await world.library.captioned();
      const whole = (await there.captions()).segments.at(-1);
      expect(Math.abs((mirror.segments.at(-1)?.end ?? 0) - (whole?.end ?? 0))).toBeLessThan(1_000);
    },
  },
  {
    id: "P22",
    title: "who stays away gives its place to the next, who begins a session behind its own",
    async run(world) {
      const first = await world.speak({ key });
      await first.say(await world.library.sentence());
      first.link.cut();
      const { link, mirror } = await world.watch();
      await link.until("the publisher is away", () => mirror.status?.reason === "publisher_away");
      const second = await world.speak();
      expect(second.ready.session > first.ready.session).toBe(true);
      const version = await second.finish();
      const captions = await world.captions();
      expect(captions.version).toBe(version);
      expect(captions.segments.length).toBeGreaterThan(0);
    },
  },
];
