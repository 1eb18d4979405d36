import { createParser } from "eventsource-parser";
import { parseText, tokenizeVTTCue, type VTTNode } from "media-captions";
import { describe, expect, it } from "vitest";
import { lineText } from "../../shared/export/cue.ts";
import { cuesOf } from "../../shared/export/cues.ts";
import { limits } from "../../shared/limits.ts";
import { injections } from "../support/injections.ts";
import { type Frame, request, tokenFor } from "../support/runtime-client.ts";
import { correct, get, held, viewerOf, viewToken } from "../support/runtime-room.ts";
import { storeTexts } from "../support/runtime-stored.ts";

const texts = injections.map(({ text }) => text);
/** What an operator may write: one line, without control characters, and not too long with a number behind it. */
const writable = texts.filter(
  (text) =>
    text.length < limits.correctionMaxCharacters - 10 &&
    text.isWellFormed() &&
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
);

let rooms = 0;
async function roomWith(stored: readonly string[]): Promise<string> {
  const room = `injections-${++rooms}`;
  await storeTexts(room, stored);
  return room;
}

async function segmentsOf(room: string) {
  return held([await (await get(`/v1/rooms/${room}/captions`, await viewToken(room))).json()]);
}

async function fileOf(room: string, extension: string): Promise<string> {
  return (await get(`/v1/rooms/${room}/captions.${extension}`, await viewToken(room))).text();
}

function textOf(nodes: readonly VTTNode[]): string {
  return nodes.map((node) => (node.type === "text" ? node.data : textOf(node.children))).join("");
}

/** As SubRip has it, which knows no escapes: what opens markup gives way to what looks alike. */
function withoutMarkup(text: string): string {
  const alike: Readonly<Record<string, string>> = { "<": "‹", "{": "(", "}": ")", "\\": "∖", "-->": "--›" };
  return text.replace(/-->|[<{}\\]/g, (markup) => alike[markup] ?? "");
}

/** Each alone and all together: what ends one cue may begin another. */
const transcripts = [...injections.map(({ name, text }) => [name, [text]] as const), ["all", texts] as const];

describe("captions that would be something else, as files", () => {
  it.each(transcripts)("%s", async (_, stored) => {
    const room = await roomWith(stored);
    const expected = cuesOf(await segmentsOf(room)).map(({ lines }) => lines.map(lineText).join("\n"));

    const vtt = await parseText(await fileOf(room, "vtt"), { type: "vtt", strict: true });
    expect(vtt.errors).toEqual([]);
    const nodes = vtt.cues.map((cue) => tokenizeVTTCue(cue));
    expect(new Set(nodes.flat().map(({ type }) => type))).toEqual(
      new Set(expected.length === 0 ? [] : ["text"]),
    );
    expect(nodes.map(textOf)).toEqual(expected);
    expect(vtt.regions).toEqual([]);
    for (const { line, position, align, id } of vtt.cues) {
      expect([line, position, align, id]).toEqual(["auto", "auto", "center", ""]);
    }

    const srt = await parseText(await fileOf(room, "srt"), { type: "srt", strict: true });
    expect(srt.errors).toEqual([]);
    expect(srt.cues.map(({ id }) => id)).toEqual(expected.map((_, index) => String(index + 1)));
    expect(srt.cues.map(({ text }) => text)).toEqual(expected.map(withoutMarkup));

    // Nobody paused, so all of it is one paragraph.
    const txt = await fileOf(room, "txt");
    expect(txt).toMatch(/^.+\n$/u);
    expect(txt.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cs}]/u);

    expect(JSON.parse(await fileOf(room, "json"))).toMatchObject({
      segments: stored.map((text) => ({ text })),
    });
  });
});

describe("captions that would be something else, as they happen", () => {
  it("are what they are on the socket and in the stream of events, stored or just written", async () => {
    const room = await roomWith(texts);
    const viewer = await viewerOf(room);
    const events: Frame[] = [];
    const ids: (string | undefined)[] = [];
    const others: string[] = [];
    const parser = createParser({
      onEvent({ id, event, data }) {
        ids.push(id);
        if (event !== undefined) others.push(event);
        events.push(JSON.parse(data));
      },
      onError: (error) => others.push(error.message),
    });
    const answer = await request(`/v1/rooms/${room}/events`, {
      headers: { authorization: `Bearer ${await viewToken(room)}` },
    });
    const reader = answer.body?.getReader();
    const decoder = new TextDecoder();
    const until = async (version: number) => {
      while (!events.some(({ to = 1 }) => to === version)) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error(`the stream ended after ${events.length} events`);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    };

    await until(1);
    const stored = await segmentsOf(room);
    expect(stored.map(({ text }) => text)).toEqual(texts);
    expect(held(viewer.frames)).toEqual(stored);

    const token = await tokenFor(["captions:edit"], room);
    for (const [index, text] of writable.entries()) {
      expect((await correct(room, String(index), { text: `${text} ${index}` }, token)).status).toBe(200);
    }
    const version = 1 + writable.length;
    await viewer.until("the last correction", ({ to }) => to === version);
    await until(version);
    const corrected = await segmentsOf(room);
    expect(corrected.map(({ text }) => text)).toEqual(
      texts.map((text, index) => {
        const written = writable[index];
        return written === undefined ? text : `${written} ${index}`.trim();
      }),
    );
    expect(held(viewer.frames)).toEqual(corrected);
    expect(held(events)).toEqual(corrected);
    // Each at a position of its own, and nothing of another kind.
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["snapshot", "delta"]));
    expect(new Set(ids).size).toBe(events.length);
    expect(others).toEqual([]);
    await reader?.cancel();
    viewer.close();
  });

  it("may not be written by an operator where they are more than a line", async () => {
    const room = await roomWith(["Before."]);
    const token = await tokenFor(["captions:edit"], room);
    for (const text of texts.filter((text) => !writable.includes(text))) {
      const answer = await correct(room, "0", { text }, token);
      expect([400, 413]).toContain(answer.status);
      // A refusal does not repeat what was refused.
      expect(await answer.text()).not.toContain(text.slice(0, 20));
    }
    expect((await segmentsOf(room)).map(({ text }) => text)).toEqual(["Before."]);
  });
});
