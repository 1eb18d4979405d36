import * as v from "valibot";
import { expect } from "vitest";
import { TranscriptFileSchema } from "../../../../shared/export/json.ts";
import { DeltaSchema } from "../../../../shared/protocol.ts";
import type { Rule } from "../rule.ts";

const files = [
  ["vtt", "text/vtt"],
  ["srt", "application/x-subrip"],
  ["txt", "text/plain"],
  ["json", "application/json"],
] as const;

/** Letters and digits alone: an export breaks lines and escapes, and leaves no word out. */
function wordsOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

/** What compresses an answer may make its tag a weak one. */
function strong(etag: string): string {
  return etag.replace(/^W\//, "");
}

/** The transcript by plain HTTP. */
export const exports: readonly Rule[] = [
  {
    id: "X1",
    title: "captions are answered as a viewer's first frame is",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { mirror } = await there.watch();
      const frame = await there.captions();
      const { epoch, version } = mirror.position;
      expect(frame).toMatchObject({ type: "snapshot", reason: "new", epoch, version, hasEarlier: false });
      expect(frame.segments).toEqual(mirror.segments);
    },
  },
  {
    id: "X2",
    title: "since a position they are the delta from there, or a snapshot with its reason",
    async run(world) {
      const { world: there, version } = await world.library.captioned();
      const { epoch, segments } = await there.captions();
      const since = async (position: string) =>
        (await there.askRoom(`/captions?since=${position}`, "captions:view")).json();
      const behind = segments.filter((segment) => segment.version > 1);
      const delta = v.parse(DeltaSchema, await since(`${epoch}.1`));
      expect(delta).toMatchObject({ from: 1, to: version });
      expect(delta.put.toSorted((a, b) => a.start - b.start)).toEqual(behind);
      expect(await since(`another.${version}`)).toMatchObject({ type: "snapshot", reason: "epoch" });
      expect(await since(`${epoch}.${version + 1}`)).toMatchObject({ type: "snapshot", reason: "ahead" });
      expect(await since("nonsense")).toMatchObject({ type: "snapshot", reason: "new" });
    },
  },
  {
    id: "X3",
    title: "what has not changed is not sent again: 304 to its ETag, until something has",
    async run(world) {
      await world.speak().then(async (speaker) => {
        await speaker.say(await world.library.sentence());
        await speaker.finish();
      });
      const token = await world.token("captions:view");
      for (const path of ["/captions", "/captions.vtt"]) {
        const first = await world.askRoom(path, "captions:view", { token });
        const etag = first.headers.get("etag") ?? "";
        const { epoch, version } = await world.captions();
        expect(strong(etag)).toMatch(new RegExp(`^"${epoch}\\.${version}\\b[^"\\s]*"$`));
        const held = { token, headers: { "if-none-match": `"another", W/${strong(etag)}` } };
        const second = await world.askRoom(path, "captions:view", held);
        expect([second.status, second.text]).toEqual([304, ""]);
        expect(strong(second.headers.get("etag") ?? "")).toBe(strong(etag));
        const [segment] = (await world.captions()).segments;
        const patch = { method: "PATCH", body: { text: `Other words for ${path}.` } };
        await world.askRoom(`/captions/${segment?.id}`, "captions:edit", patch);
        const third = await world.askRoom(path, "captions:view", held);
        expect(third.status).toBe(200);
        expect(strong(third.headers.get("etag") ?? "")).not.toBe(strong(etag));
      }
    },
  },
  {
    id: "X4",
    title: "earlier segments are asked for by the one behind them, so many at a time",
    codes: ["bad_request", "not_found"],
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { segments } = await there.captions();
      const last = segments.at(-1)?.id;
      const ask = (query: string) => there.askRoom(`/captions?${query}`, "captions:view");
      const before = await ask(`before=${last}`);
      expect(before.json()).toEqual({ segments: segments.slice(0, -1), hasEarlier: false });
      const one = await ask(`before=${last}&limit=1`);
      expect(one.json()).toEqual({ segments: segments.slice(-2, -1), hasEarlier: segments.length > 2 });
      for (const query of [
        "limit=1",
        `before=${last}&limit=0`,
        `before=${last}&limit=501`,
        `before=${last}&since=a.1`,
      ]) {
        world.refusedByHttp(await ask(query), "bad_request");
      }
      world.refusedByHttp(await ask("before=nobody"), "not_found");
    },
  },
  {
    id: "X5",
    title: "captions.json is the whole transcript with its position",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { epoch, version, segments } = await there.captions();
      const file = v.parse(
        TranscriptFileSchema,
        (await there.askRoom("/captions.json", "captions:view")).json(),
      );
      expect(file).toMatchObject({ room: there.room, epoch, position: version, segments });
    },
  },
  {
    id: "X6",
    title: "captions.vtt, .srt and .txt hold every word, in order",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { segments } = await there.captions();
      const text = async (extension: string) =>
        (await there.askRoom(`/captions.${extension}`, "captions:view")).text;
      const said = wordsOf(segments.map((segment) => segment.text).join(" "));
      const vtt = await text("vtt");
      expect(vtt.startsWith("WEBVTT\n")).toBe(true);
      const cues = (file: string) => file.split("\n\n").filter((block) => block.includes("-->"));
      const spoken = (file: string) =>
        cues(file).map((block) =>
          block.slice(block.indexOf("\n", block.indexOf("-->"))).replaceAll(/<[^>]*>/g, ""),
        );
      expect(wordsOf(spoken(vtt).join(" "))).toBe(said);
      const srt = await text("srt");
      expect(wordsOf(spoken(srt).join(" "))).toBe(said);
      expect(cues(srt).map((block) => block.trim().split("\n")[0])).toEqual(
        cues(srt).map((_, at) => String(at + 1)),
      );
      expect(wordsOf(await text("txt"))).toBe(said);
      const times = [...vtt.matchAll(/^([\d:.]+) --> ([\d:.]+)/gm)].map(([, from = "", to = ""]) => ({
        from,
        to,
      }));
      for (const { from, to } of times) expect(from < to).toBe(true);
      expect(times.map(({ from }) => from)).toEqual(times.map(({ from }) => from).toSorted());
    },
  },
  {
    id: "X7",
    title: "each export says its type and the name of its file, and runs in no browser",
    async run(world) {
      const { world: there } = await world.library.captioned();
      for (const [extension, type] of files) {
        const { headers, status } = await there.askRoom(`/captions.${extension}`, "captions:view");
        expect(status).toBe(200);
        expect(headers.get("content-type")).toContain(type);
        expect(headers.get("content-disposition")).toBe(`attachment; filename="${there.room}.${extension}"`);
        expect(headers.get("x-content-type-options")).toBe("nosniff");
      }
    },
  },
  {
    id: "X8",
    title: "whoever may not watch may not take the captions away",
    codes: ["scope_missing"],
    async run(world) {
      const { world: there } = await world.library.captioned();
      for (const path of ["/captions", ...files.map(([extension]) => `/captions.${extension}`)]) {
        const answer = await there.askRoom(path, ["captions:publish", "captions:edit"]);
        world.refusedByHttp(answer, "scope_missing");
      }
    },
  },
];
