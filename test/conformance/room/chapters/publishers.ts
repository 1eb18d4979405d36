import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Segment } from "../../../../shared/captions.ts";
import { eventually } from "../../../../testing/wait.ts";
import type { Rule } from "../rule.ts";
import {
  audioFrom,
  frameBytes,
  msOf,
  type Speaker,
  sampleRate,
  samplesOf,
  silence,
  start,
} from "../speaker.ts";
import { tells, textOf } from "../words.ts";
import type { World } from "../world.ts";

const key = "a-key-of-the-publishers-own";

/** No two of a session's segments lie over each other: nothing is written down twice. */
function expectNothingTwice(segments: readonly Segment[]): void {
  for (const [at, segment] of segments.entries()) {
    const before = segments[at - 1];
    if (before?.session === segment.session) expect(segment.start).toBeGreaterThanOrEqual(before.end);
  }
}

/** What `library.sentences()` is when nothing disturbs it. */
async function undisturbed({ library }: World): Promise<readonly Segment[]> {
  const { world } = await library.captioned();
  return (await world.captions()).segments;
}

/**
 * Every word of `library.sentences()` is there, once. What the provider did not hear in time may be written down behind the end
 * of the session, so they are waited for.
 */
async function expectEveryWord(world: World): Promise<readonly Segment[]> {
  const whole = textOf(await undisturbed(world));
  const { segments } = await eventually(
    `the captions tell ${JSON.stringify(whole)}`,
    () => world.captions(),
    (seen) => tells(textOf(seen.segments), whole, world.target.sameWords),
  );
  expect(segments.filter(({ kind }) => kind === "gap")).toEqual([]);
  expectNothingTwice(segments);
  return segments;
}

/** Says two sentences until the first of them is acknowledged, and `then` at once; the second is said meanwhile. */
async function sayToFirstAck<Done>(world: World, speaker: Speaker, then: () => Promise<Done>) {
  const [first] = await undisturbed(world);
  if (first === undefined) throw new Error("The room of two sentences has no captions.");
  const saying = speaker.say(await world.library.sentences());
  // What comes before it may be silence, in which nothing was said.
  await speaker.link.until("the first sentence is acknowledged", () => ackedMs(speaker) >= first.end);
  const acked = ackedMs(speaker);
  const done = await then();
  await saying;
  return { acked, done };
}

function ackedMs({ acks }: Speaker): number {
  return msOf(acks.at(-1) ?? 0);
}

/** The lane of a session, from its start to the word that it is finished. */
export const publishers: readonly Rule[] = [
  {
    id: "P1",
    title: "a start is answered by ready, with a session and the position to send from",
    async run(world) {
      const { ready, link } = await world.speak();
      expect(link.frames[0]).toBe(ready);
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
    title: "what is acknowledged is in the captions, and stays as it is there",
    async run(world) {
      const speaker = await world.speak();
      const { acked, done: atAck } = await sayToFirstAck(world, speaker, () => world.captions());
      await speaker.finish();
      const { segments } = await world.captions();
      const acknowledged = segments.filter(({ end }) => end <= acked);
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(atAck.segments.slice(0, acknowledged.length)).toEqual(acknowledged);
    },
  },
  {
    id: "P4",
    title: "what is acknowledged is there though the room loses its memory at that moment",
    needs: "evictRoom",
    timeoutMs: 120_000,
    async run(world) {
      const speaker = await world.speak();
      const { acked } = await sayToFirstAck(world, speaker, async () =>
        world.target.faults?.evictRoom?.(world.room),
      );
      const { segments } = await world.captions();
      const kept = segments.filter(({ end }) => end <= acked);
      const whole = (await undisturbed(world)).filter(({ end }) => end <= acked);
      expect(textOf(whole)).not.toBe("");
      expect([textOf(kept), tells(textOf(kept), textOf(whole), world.target.sameWords)]).toEqual([
        textOf(kept),
        true,
      ]);
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
      await again.finish();
      const end = (await expectEveryWord(world)).at(-1)?.end ?? 0;
      const whole = (await undisturbed(world)).at(-1)?.end ?? 0;
      // The last words are about where they are without an interruption.
      expect(Math.abs(end - whole)).toBeLessThan(1_000);
    },
  },
  {
    id: "P7",
    title: "who began without a key goes on by the session's id",
    async run(world) {
      const first = await world.speak();
      first.link.cut();
      const { session } = first.ready;
      const again = await world.speak({ session });
      expect(again.ready.session).toBe(session);
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
    id: "P8",
    title: "a key is 16 to 64 letters, digits, '-' and '_'",
    codes: ["bad_message"],
    async run(world) {
      for (const wrong of ["k".repeat(15), "k".repeat(65), "a key with spaces in it"]) {
        const link = await world.knockAsPublisher();
        link.send({ ...start, key: wrong });
        await world.refused(link, "bad_message");
      }
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
    id: "P9",
    title: "another key, or none, without a session begins a session of its own when nobody publishes",
    async run(world) {
      const first = await world.speak({ key });
      await first.finish();
      const second = await world.speak({ key: "the-key-of-somebody-else" });
      expect(second.ready.session > first.ready.session).toBe(true);
      expect(second.ready.resumeFrom).toBe(0);
      await second.finish();
      const third = await world.speak();
      expect(third.ready.session > second.ready.session).toBe(true);
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
    title: "a session is started once",
    codes: ["bad_message"],
    async run(world) {
      const twice = await world.speak();
      twice.link.send(start);
      await world.refused(twice.link, "bad_message");
    },
  },
  {
    id: "P16",
    title: "audio behind finish is refused, and what came before it is written down",
    codes: ["bad_message"],
    async run(world) {
      const speaker = await world.speak({ key });
      await speaker.say(await world.library.sentences());
      speaker.link.send({ type: "finish" });
      speaker.link.send(silence(100));
      await world.refused(speaker.link, "bad_message");
      await expectEveryWord(world);
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
      const speaker = await world.speak({ key }, { token });
      speaker.link.send(silence(900));
      speaker.link.send(silence(200));
      await world.refused(speaker.link, "cap_reached");
      const again = await world.speak({ key });
      expect(again.ready.session).toBe(speaker.ready.session);
      expect(msOf(again.ready.resumeFrom)).toBe(900);
    },
  },
  {
    id: "P18",
    title: "a token's seconds are those of all its sessions together",
    codes: ["cap_reached"],
    async run(world) {
      const token = await world.token("captions:publish", { maxSeconds: 1 });
      const first = await world.speak({}, { token });
      first.link.send(silence(900));
      await first.finish();
      const second = await world.speak({}, { token });
      expect(second.ready.session).not.toBe(first.ready.session);
      second.link.send(silence(200));
      await world.refused(second.link, "cap_reached");
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
      const segments = await expectEveryWord(world);
      expect(segments.slice(0, before.segments.length)).toEqual(before.segments);
      expect((await world.captions()).epoch).toBe(before.epoch);
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
      await speaker.finish();
      const segments = await expectEveryWord(world);
      await link.until("the last words", () => isDeepStrictEqual(mirror.segments, segments));
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
      // With a key or without, as long as it is another's.
      const second = await world.speak({ key: "the-key-of-somebody-else" });
      expect(second.ready.session > first.ready.session).toBe(true);
      await second.finish();
      // Its successor does not wait for all of them.
      await eventually(
        "the words of who was away",
        () => world.captions(),
        ({ segments }) => segments.length > 0,
      );
    },
  },
  {
    id: "P23",
    title: "a session waits 30 s for its publisher, who goes on in it after them if nobody came between",
    timeoutMs: 150_000,
    async run(world) {
      const { link, mirror } = await world.watch();
      const first = await world.speak({ key });
      first.link.send(silence(500));
      first.link.cut();
      await link.until("the publisher is away", () => mirror.status?.reason === "publisher_away");
      const awaySince = mirror.status?.since ?? 0;
      await link.until("its session ends", () => mirror.status?.state === "ended", 90_000);
      // By the room's own clock, so it does not matter how late we hear of it.
      expect((mirror.status?.since ?? 0) - awaySince).toBeGreaterThan(29_000);
      const again = await world.speak({ key });
      expect(again.ready.session).toBe(first.ready.session);
      await again.say(await world.library.sentence());
      expect(await again.finish()).toBeGreaterThanOrEqual(1);
    },
  },
  {
    id: "P24",
    title: "samples may be torn between two frames",
    async run(world) {
      const speaker = await world.speak();
      await speaker.say(await world.library.sentences(), world.target.pace, frameBytes - 1);
      await speaker.finish();
      await expectEveryWord(world);
    },
  },
];
