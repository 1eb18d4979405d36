import * as v from "valibot";
import { expect } from "vitest";
import { type Segment, SegmentSchema } from "../../../../shared/captions.ts";
import type { Rule } from "../rule.ts";
import type { Answer, World } from "../world.ts";

/** A room in which a sentence was said, with somebody who watches. */
async function said(world: World) {
  const speaker = await world.speak();
  await speaker.say(await world.library.sentence());
  await speaker.finish();
  const viewer = await world.watch();
  const [segment] = viewer.mirror.segments;
  if (segment === undefined) throw new Error("Nothing was captioned.");
  return { ...viewer, segment };
}

function correct(world: World, id: string, body: unknown): Promise<Answer> {
  return world.askRoom(`/captions/${encodeURIComponent(id)}`, "captions:edit", { method: "PATCH", body });
}

/** An operator's words over a recogniser's. */
export const corrections: readonly Rule[] = [
  {
    id: "E1",
    title: "a correction is a new version of its segment, in its time, marked, and seen by all",
    async run(world) {
      const { segment, link, mirror } = await said(world);
      const { version: before } = mirror;
      const answer = await correct(world, segment.id, { text: "  Corrected words.  " });
      expect(answer.status).toBe(200);
      const { words: _words, ...rest } = segment;
      const corrected: Segment = { ...rest, text: "Corrected words.", edited: true, version: before + 1 };
      expect(v.parse(SegmentSchema, answer.json())).toEqual(corrected);
      await link.until("the correction", () => mirror.version === before + 1);
      expect(mirror.segments.find(({ id }) => id === segment.id)).toEqual(corrected);
      expect((await world.captions()).segments).toEqual(mirror.segments);
    },
  },
  {
    id: "E2",
    title: "the same words change nothing",
    async run(world) {
      const { segment, mirror } = await said(world);
      const answer = await correct(world, segment.id, { text: segment.text });
      expect(answer.status).toBe(200);
      expect(v.parse(SegmentSchema, answer.json())).toEqual(segment);
      expect((await world.captions()).version).toBe(mirror.version);
    },
  },
  {
    id: "E3",
    title: "no words at all remove the segment",
    async run(world) {
      const { segment, link, mirror } = await said(world);
      const { version } = mirror;
      const answer = await correct(world, segment.id, { text: " " });
      expect([answer.status, answer.text]).toEqual([204, ""]);
      await link.until("the removal", () => mirror.version === version + 1);
      expect(mirror.segments.some(({ id }) => id === segment.id)).toBe(false);
      expect((await world.captions()).segments).toEqual(mirror.segments);
      world.refusedByHttp(await correct(world, segment.id, { text: "Back again." }), "not_found");
    },
  },
  {
    id: "E4",
    title: "corrections at once are versions one after the other",
    async run(world) {
      const { segment, link, mirror } = await said(world);
      const { version } = mirror;
      const answers = await Promise.all(
        [1, 2, 3, 4].map((at) => correct(world, segment.id, { text: `Word ${at}.` })),
      );
      const versions = answers.map((answer) => v.parse(SegmentSchema, answer.json()).version);
      expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4].map((at) => version + at));
      await link.until("all of them", () => mirror.version === version + 4);
      expect((await world.captions()).segments).toEqual(mirror.segments);
    },
  },
  {
    id: "E5",
    title: "what is no correction is refused and changes nothing",
    codes: ["bad_request", "not_found", "scope_missing", "too_large"],
    async run(world) {
      const { segment, mirror } = await said(world);
      const bad = ["{what", { words: "x" }, { text: 1 }, { text: "two\nlines" }, { text: "x".repeat(2_001) }];
      for (const body of bad) world.refusedByHttp(await correct(world, segment.id, body), "bad_request");
      world.refusedByHttp(await correct(world, "nobody", { text: "x" }), "not_found");
      world.refusedByHttp(await correct(world, segment.id, { text: "x".repeat(20_000) }), "too_large");
      const token = await world.token(["captions:view", "captions:publish"]);
      const patch = { method: "PATCH", token, body: { text: "x" } };
      world.refusedByHttp(
        await world.askRoom(`/captions/${segment.id}`, "captions:edit", patch),
        "scope_missing",
      );
      expect(await world.captions()).toMatchObject({ version: mirror.version, segments: mirror.segments });
    },
  },
];
