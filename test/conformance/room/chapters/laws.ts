import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { expect } from "vitest";
import { SegmentSchema } from "../../../../shared/captions.ts";
import { EventReader } from "../event-reader.ts";
import { makeGaps } from "../gaps.ts";
import type { Rule } from "../rule.ts";
import { msOf, samplesOf } from "../speaker.ts";
import type { World } from "../world.ts";

/** A sentence that is spoken again and again until it is heard while it is spoken. */
const sentencesMax = 12;

/** Somebody speaks while viewers watch, who were there before the first word. */
async function spokenBefore(world: World) {
  const viewers = [await world.watch(), await world.watch()] as const;
  const audio = await world.library.sentences();
  const speaker = await world.speak();
  await speaker.say(audio);
  const version = await speaker.finish();
  for (const { link, mirror } of viewers) {
    await link.until(
      `version ${version}`,
      () => mirror.version === version && mirror.status?.state === "ended",
    );
  }
  return { viewers, version, audio, speaker };
}

/** What is true of every frame. Each viewer of the suite looks for the first three in every test; see `mirror.ts`. */
export const laws: readonly Rule[] = [
  {
    id: "D1",
    title: "live deltas lead from what a viewer holds to the head, without a hole",
    async run(world) {
      const { viewers, version } = await spokenBefore(world);
      for (const { link } of viewers) {
        let at = 0;
        for (const frame of link.frames) {
          if (frame.type !== "delta") continue;
          expect(frame.from).toBeLessThanOrEqual(at);
          expect(frame.to).toBeGreaterThanOrEqual(at);
          at = frame.to;
        }
        expect(at).toBe(version);
      }
    },
  },
  {
    id: "D1",
    title: "the next delta leads to the head, whatever changes meanwhile",
    async run(world) {
      const speaker = await world.speak();
      await speaker.say(await world.library.sentence());
      await speaker.finish();
      const { link, mirror } = await world.watch();
      const [segment] = mirror.segments;
      const token = await world.token("captions:edit");
      for (let at = 1; at <= 3; at += 1) {
        const correct = { method: "PATCH", token, body: { text: `Words number ${at}.` } };
        const answer = await world.askRoom(`/captions/${segment?.id}`, "captions:edit", correct);
        const { version } = v.parse(SegmentSchema, answer.json());
        await link.until("that change", () => mirror.version >= version);
        // Nothing else happens: one delta for it, right to the head.
        expect(link.frames.findLast(({ type }) => type === "delta")).toMatchObject({ to: version });
        expect((await world.captions()).version).toBe(version);
      }
    },
  },
  {
    id: "D2",
    title: "the version grows by one for each change, and each is told",
    async run(world) {
      const { viewers, version } = await spokenBefore(world);
      expect(version).toBeGreaterThanOrEqual(2);
      for (const { mirror } of viewers) {
        expect([...mirror.told].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: version }, (_, at) => at + 1),
        );
      }
    },
  },
  {
    id: "D3",
    title: "a delta holds each segment once, each changed since `from`",
    async run(world) {
      const { viewers } = await spokenBefore(world);
      const deltas = viewers.flatMap(({ link }) => link.frames.filter((frame) => frame.type === "delta"));
      for (const { from, to, put, removed } of deltas) {
        expect(new Set([...put.map(({ id }) => id), ...removed]).size).toBe(put.length + removed.length);
        for (const { version } of put) expect(version > from && version <= to).toBe(true);
      }
    },
  },
  {
    id: "D4",
    title: "what is being said now travels alone and changes nothing, and is gone with the last words",
    alone: true,
    async run(world) {
      const { link, mirror } = await world.watch();
      const speaker = await world.speak();
      const audio = await world.library.sentence();
      const interims = () =>
        link.frames.flatMap((frame) => (frame.type === "delta" && frame.interim !== null ? [frame] : []));
      // As it is spoken: what comes faster may be final before it is said.
      for (let times = 0; times < sentencesMax && interims().length === 0; times += 1)
        await speaker.say(audio, 1);
      const version = await speaker.finish();
      await link.until("the last words", () => mirror.version === version && mirror.interim === null);
      expect(interims().length).toBeGreaterThan(0);
      const alone = interims().filter(({ put, removed }) => put.length + removed.length === 0);
      expect(alone.length).toBeGreaterThan(0);
      for (const { from, to } of alone) expect(to).toBe(from);
      expect((await world.captions()).interim).toBeNull();
    },
  },
  {
    id: "D5",
    title: "what was final stays as it is but with a new version",
    async run(world) {
      const { viewers } = await spokenBefore(world);
      const told = new Map<string, unknown>();
      for (const { link } of viewers) {
        for (const frame of link.frames) {
          if (frame.type !== "delta") continue;
          for (const segment of frame.put) {
            const name = `${segment.id} ${segment.version}`;
            if (told.has(name)) expect(segment).toEqual(told.get(name));
            told.set(name, segment);
          }
        }
      }
      for (const segment of (await world.captions()).segments) {
        expect(told.get(`${segment.id} ${segment.version}`)).toEqual(segment);
      }
    },
  },
  {
    id: "D6",
    title: "all who stand at one version hold the same, however they came there",
    async run(world) {
      const early = await world.watch();
      const events = await world.events();
      const audio = await world.library.sentences();
      const speaker = await world.speak();
      const speaking = speaker.say(audio);
      // In the middle of it, unless the first words come with the last.
      const heard = early.link.until("a first final", () => early.mirror.version >= 1).catch(() => {});
      await Promise.race([heard, speaking]);
      const middle = await world.watch();
      await speaking;
      const version = await speaker.finish();
      const all = [early.mirror, middle.mirror, events.mirror];
      await events.until("all events", () => events.mirror.version === version);
      for (const { link, mirror } of [early, middle]) {
        await link.until("all frames", () => mirror.version === version);
      }
      const late = await world.watch();
      const { segments } = await world.captions();
      for (const mirror of [...all, late.mirror]) expect(mirror.segments).toEqual(segments);
      expect(events).toBeInstanceOf(EventReader);
    },
  },
  {
    id: "D6",
    title: "whoever holds the newest part alone holds the same as all others from its boundary on",
    needs: "longRoom",
    timeoutMs: 240_000,
    async run(world) {
      await makeGaps(world, 0, 450);
      const whole = await world.watch();
      await makeGaps(world, 451, 502);
      const part = await world.watch();
      await whole.link.until("all gaps", () => whole.mirror.version === part.mirror.version);
      expect([whole.mirror.hasEarlier, part.mirror.hasEarlier]).toEqual([false, true]);
      const before = part.mirror.position;
      const [boundary] = part.mirror.segments;
      const [oldest] = whole.mirror.segments;
      const token = await world.token("captions:edit");
      for (const [segment, text] of [
        [oldest, "Words before the boundary."],
        [boundary, ""],
      ] as const) {
        const correct = { method: "PATCH", token, body: { text } };
        await world.askRoom(`/captions/${segment?.id}`, "captions:edit", correct);
      }
      for (const { link, mirror } of [whole, part])
        await link.until("both changes", () => mirror.version === before.version + 2);
      const told = { put: [{ id: oldest?.id }], removed: [boundary?.id] };
      expect((await world.back(before)).link.frames[0]).toMatchObject(told);
      const at = whole.mirror.segments.findIndex(({ start }) => start >= (boundary?.start ?? 0));
      expect(at).toBeGreaterThan(0);
      expect(part.mirror.segments).toEqual(whole.mirror.segments.slice(at));
      expect(
        part.link.frames.some((frame) => frame.type === "delta" && frame.put[0]?.id === oldest?.id),
      ).toBe(true);
    },
  },
  {
    id: "D7",
    title: "segments lie on their session's clock, in order, one behind the other",
    async run(world) {
      const { world: there, session, audio } = await world.library.captioned();
      const { segments } = await there.captions();
      let before = 0;
      for (const segment of segments) {
        expect(segment).toMatchObject({ session, kind: "speech" });
        expect(segment.text).toMatch(/\S/);
        expect(segment.start).toBeGreaterThanOrEqual(before);
        expect(segment.end).toBeGreaterThan(segment.start);
        for (const word of segment.words ?? []) expect(word.end).toBeGreaterThanOrEqual(word.start);
        before = segment.end;
      }
      expect(before).toBeLessThanOrEqual(msOf(samplesOf(audio)));
      const ids = segments.map(({ id }) => id);
      expect(isDeepStrictEqual(ids, [...new Set(ids)])).toBe(true);
    },
  },
];
