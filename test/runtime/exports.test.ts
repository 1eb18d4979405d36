import { describe, expect, it } from "vitest";
import { type Frame, seconds } from "../support/runtime-client.ts";
import { Events } from "../support/runtime-events.ts";
import { correct, get, held, isType, speaking, spoken, viewToken } from "../support/runtime-room.ts";

let rooms = 0;
const newRoom = () => `exports-${++rooms}`;

const types = {
  vtt: "text/vtt; charset=utf-8",
  srt: "application/x-subrip; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  json: "application/json",
} as const;
const extensions = ["vtt", "srt", "txt", "json"] as const;

async function exported(room: string, extension: string, headers: Record<string, string> = {}) {
  return get(`/v1/rooms/${room}/captions.${extension}`, await viewToken(room), headers);
}

async function fileOf(room: string, extension: string): Promise<string> {
  return (await exported(room, extension)).text();
}

async function firstId(room: string): Promise<string> {
  const snapshot: Frame = await (await get(`/v1/rooms/${room}/captions`, await viewToken(room))).json();
  return held([snapshot])[0]?.id ?? "";
}

describe("GET /v1/rooms/{room}/captions.{vtt,srt,txt,json}", () => {
  it("is a file of its kind, whose tag is the position", async () => {
    const room = newRoom();
    await spoken(room, 2);
    const { epoch }: Frame = await (await get(`/v1/rooms/${room}`, await viewToken(room))).json();
    for (const extension of extensions) {
      const answer = await exported(room, extension);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe(types[extension]);
      expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${room}.${extension}"`);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("vary")).toBe("authorization, origin");
      expect(answer.headers.get("etag")).toMatch(new RegExp(`^"${String(epoch)}\\.2\\.`));
      const text = await answer.text();
      expect(text).toContain("w0.");
      expect(text).toContain("w1.");
    }
    expect(await fileOf(room, "vtt")).toMatch(/^WEBVTT\n[\s\S]*\n00:00:00\.000 --> 00:00:\d\d\.\d{3}\n/);
    expect(await fileOf(room, "srt")).toMatch(/^1\n00:00:00,000 --> 00:00:\d\d,\d{3}\n/);
    expect(JSON.parse(await fileOf(room, "json"))).toMatchObject({ room, epoch, position: 2 });
  });

  it("goes along while the broadcast runs, and is held as long as nothing changes", async () => {
    const room = newRoom();
    const publisher = await speaking(room, 1);
    const tags = new Map<string, string>();
    for (const extension of extensions) {
      const answer = await exported(room, extension);
      tags.set(extension, answer.headers.get("etag") ?? "");
      expect(await answer.text()).not.toContain("w1.");
      const again = await exported(room, extension, { "if-none-match": answer.headers.get("etag") ?? "" });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    }
    publisher.send(seconds(1));
    publisher.send({ type: "finish" });
    await publisher.until("finished", isType("finished"));
    for (const extension of extensions) {
      const answer = await exported(room, extension, { "if-none-match": tags.get(extension) ?? "" });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("w1.");
    }
  });

  it("holds an operator's words in place of what was heard", async () => {
    const room = newRoom();
    await spoken(room, 2);
    await correct(room, await firstId(room), { text: "Corrected words" });
    for (const extension of extensions) {
      const text = await fileOf(room, extension);
      expect(text).toContain("Corrected words");
      expect(text).not.toContain("w0.");
    }
    expect(JSON.parse(await fileOf(room, "json"))).toMatchObject({ segments: [{ edited: true }, {}] });
  });

  it("never makes markup of what was said", async () => {
    const room = newRoom();
    await spoken(room, 1);
    const attack = `<script>alert(1)</script><img src=x> --> {\\an8} & "quoted"`;
    expect((await correct(room, await firstId(room), { text: attack })).status).toBe(200);

    const vtt = await fileOf(room, "vtt");
    expect(vtt).toContain("&lt;script&gt;");
    expect(vtt.replaceAll(/^[\d:.]+ --> [\d:.]+$/gm, "")).not.toMatch(/<script|<img|-->/);
    expect((await fileOf(room, "srt")).replaceAll(/^[\d:,]+ --> [\d:,]+$/gm, "")).not.toMatch(/[<{\\]|-->/);
    // These two are told apart from markup by their type, which no browser may guess otherwise.
    expect(await fileOf(room, "txt")).toContain(attack);
    expect(JSON.parse(await fileOf(room, "json"))).toMatchObject({ segments: [{ text: attack }] });

    const polled = await get(`/v1/rooms/${room}/captions`, await viewToken(room));
    expect(polled.headers.get("content-type")).toMatch(/^application\/json/);
    expect(held([await polled.json()])[0]?.text).toBe(attack);
    const stream = await Events.open(room, await viewToken(room));
    await stream.until("a snapshot", isType("snapshot"));
    expect(held(stream.frames)[0]?.text).toBe(attack);
    await stream.leave();
  });

  it("knows no other kinds", async () => {
    const room = newRoom();
    await spoken(room, 1);
    for (const extension of ["html", "vtt.exe", "VTT", ""]) {
      expect((await exported(room, extension)).status).toBe(404);
    }
  });
});
