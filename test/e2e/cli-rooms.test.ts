import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalise } from "../../cli/wer/normalise.ts";
import { readWav } from "../../client/index.ts";
import { QualityReportSchema } from "../../shared/quality-report.ts";
import { RoomStatsSchema } from "../../shared/stats.ts";
import { eventually, within } from "../../testing/wait.ts";
import { bash, captionwire, jsonLines, type Where } from "../support/command.ts";
import { say, startPublisher } from "../support/live.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const text = "Small boats come home.";
const MintedSchema = v.object({ token: v.string(), id: v.string(), expiresAt: v.number() });
const RoomSchema = v.object({ settings: v.record(v.string(), v.unknown()) });

describe("captionwire for rooms and tokens", () => {
  let stack: TestStack;
  let folder: string;
  beforeAll(async () => {
    stack = await startStack();
    folder = mkdtempSync(join(tmpdir(), "captionwire-cli-"));
    const spoken = await speech(stack, text);
    await say(await startPublisher(stack, "boats", spoken), spoken);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stack?.close();
  });

  async function run(words: readonly string[], where: Where = stack) {
    const command = captionwire(words, where);
    command.write(null);
    const code = await within(words.join(" "), command.code, 30_000);
    return { code, stdout: command.stdout, stderr: command.stderr };
  }

  /** The output of a command that has to succeed. */
  async function told(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(words);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  }

  it("mints a token that opens what was asked for and nothing else", async () => {
    const printed = await told("token", "--scope", "captions:view", "--room", "boats", "--ttl", "60");
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const read = (room: string): Promise<Response> =>
      fetch(`${stack.url}/v1/rooms/${room}`, { headers: { authorization: `Bearer ${printed.trim()}` } });
    expect((await read("boats")).status).toBe(200);
    expect((await read("other")).status).toBe(403);
    const { expiresAt } = v.parse(
      MintedSchema,
      jsonLines(await told("token", "--scope", "speak", "provider", "--ttl", "7200", "--json"))[0],
    );
    expect(expiresAt).toBeGreaterThan(Date.now());
  });

  it("works with a token alone, as far as that goes", async () => {
    const token = (await told("token", "--scope", "captions:view", "--room", "boats")).trim();
    const bare = { url: stack.url };
    const good = await run(["export", "boats", "--format", "txt", "--token", token], bare);
    expect(good).toMatchObject({ code: 0, stderr: "" });
    const shown = await run(["rooms", "show", "boats", "--token", token], bare);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining("settings: not told") });
    const bad = await run(["rooms", "show", "other", "--token", token], bare);
    expect(bad).toMatchObject({ code: 1, stdout: "" });
    expect(bad.stderr).toMatch(/403: .+\n$/);
    const none = await run(["rooms", "show", "boats"], bare);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("CAPTIONWIRE_API_KEY");
  });

  it("reads along in a public room without any", async () => {
    await told("rooms", "set", "boats", "--public");
    const reader = captionwire(["watch", "boats", "--from-start"], { url: stack.url });
    await eventually(
      "it is read",
      () => normalise(reader.stdout),
      (words) => words.length >= 4,
    );
    reader.interrupt();
    expect(await within("it ends", reader.code)).toBe(0);
    await told("rooms", "set", "boats", "--unset", "public");
    const refused = await run(["watch", "boats"], { url: stack.url });
    expect(refused).toMatchObject({ code: 1, stdout: "" });
  });

  it("exports captions in every format, to stdout and to a file", async () => {
    expect(normalise(await told("export", "boats", "--format", "txt"))).toEqual(normalise(text));
    expect(await told("export", "boats")).toMatch(/^WEBVTT/);
    expect(await told("export", "boats", "--format", "srt")).toMatch(/^1\r?\n00:00:/);
    const file = join(folder, "boats.json");
    expect(await told("export", "boats", "--format", "json", "--out", file)).toBe("");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ room: "boats" });
  });

  it("sets a room one setting at a time, shows, lists and deletes it", async () => {
    await told(
      "rooms",
      "set",
      "set",
      "--language",
      "en",
      "--keyterm",
      "Uri",
      "--keyterm",
      "Schwyz",
      "--public",
    );
    await told("rooms", "set", "set", "--endpointing", "500", "--no-public");
    const shown = async (): Promise<unknown> =>
      v.parse(RoomSchema, JSON.parse(await told("rooms", "show", "set", "--json"))).settings;
    expect(await shown()).toEqual({
      language: "en",
      keyterms: ["Uri", "Schwyz"],
      public: false,
      endpointing: 500,
    });
    await told("rooms", "set", "set", "--unset", "keyterms", "public", "endpointing");
    expect(await shown()).toEqual({ language: "en" });
    expect(await told("rooms", "show", "set")).toContain('"en"');
    const wrong = await run(["rooms", "set", "set", "--model", "flux-general-en", "--diarize"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("diarize");

    expect((await told("rooms")).split("\n")).toEqual(expect.arrayContaining(["boats", "set"]));
    expect(jsonLines(await told("rooms", "list", "--json"))[0]).toEqual(
      expect.arrayContaining(["boats", "set"]),
    );

    const unasked = await run(["rooms", "delete", "boats-2"]);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("--yes");
    const spoken = await speech(stack, text);
    await say(await startPublisher(stack, "boats-2", spoken), spoken);
    await told("rooms", "delete", "boats-2", "--yes");
    const gone = await run(["export", "boats-2", "--format", "txt"]);
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toContain('no room "boats-2"');
  });

  it("tells what a room measures, and reports on its sessions", async () => {
    v.parse(RoomStatsSchema, JSON.parse(await told("rooms", "stats", "boats", "--json")));
    expect(await told("rooms", "stats", "boats")).toMatch(/Captions behind the sound/);
    const list = JSON.parse(await told("report", "boats", "--list", "--json"));
    const session = v.parse(v.array(v.object({ session: v.string() })), list)[0]?.session ?? "";
    const report = v.parse(QualityReportSchema, JSON.parse(await told("report", "boats", session, "--json")));
    expect(report.session.id).toBe(session);
    expect(await told("report", "boats")).toContain(session);
    const page = join(folder, "report.html");
    await told("report", "boats", "--html", "--out", page);
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/i);
    expect((await run(["report", "nobody"])).code).toBe(1);
  });

  it("speaks into a file and into a pipe", async () => {
    const file = join(folder, "boats.wav");
    const [report] = jsonLines(await told("speak", text, "--out", file, "--json"));
    const bytes = readFileSync(file);
    expect(report).toMatchObject({ file, bytes: bytes.length, characters: text.length });
    expect(readWav(bytes).data.length).toBeGreaterThan(0);
    const piped = bash(
      `echo '${text}' | captionwire speak - --encoding mulaw --container none | wc -c`,
      stack,
    );
    expect(await within("the pipe ends", piped.code)).toBe(0);
    expect(Number(piped.stdout)).toBeGreaterThan(1_000);
    const left = bash(`captionwire speak '${text}' | head -c 10 | wc -c; echo \${PIPESTATUS[0]}`, stack);
    await within("the reader leaves", left.code);
    expect(left.stdout).toMatch(/^\s*10\n0\n$/);
    expect((await run(["speak", "", "--out", join(folder, "none.wav")])).code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("none"))).toEqual([]);
  });

  it("is completed with the rooms there are", async () => {
    // It does not wait long for them, and a busy machine may take longer.
    await eventually(
      "the room is offered",
      () => told("complete", "--", "watch", "boa"),
      (lines) => lines.startsWith("boats\t"),
    );
  });
});
