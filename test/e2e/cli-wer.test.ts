import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellWord } from "../../cli/terminal/shell.ts";
import { localUrl } from "../../testing/local-url.ts";
import { within } from "../../testing/wait.ts";
import { bash, captionwire, jsonLines } from "../support/command.ts";
import { type EngineProcess, startEngine } from "../support/engine-process.ts";

/** Of the engine's voices, as they were heard when it was made: made anew by --save-baseline. */
const baseline = "test/baselines/voices.json";

describe("captionwire wer with a baseline", () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine?.stop());

  const voice = "aura-asteria-en";
  const listen = async (url: string) => {
    const command = captionwire([
      ...["wer", "--voices", voice, "--url", url, "--api-key", "any"],
      // Another machine may round otherwise, and a sentence is five points of twenty.
      ...["--baseline", baseline, "--tolerance", "6"],
    ]);
    const code = await within("the command ends", command.code, 100_000);
    return { code, stdout: command.stdout, stderr: command.stderr };
  };

  it("finds the engine's voices as good as they were", async () => {
    const { code, stdout, stderr } = await listen(engine.url);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/WER +\d+\.\d % → \d+\.\d %/);
    expect(stdout).toMatch(/sentence error rate \d+\.\d % → \d+\.\d %/);
    expect(stdout).toMatch(/same +\d+ files?$/m);
  }, 120_000);

  it("fails when they are heard worse", async () => {
    const noisy = await throughNoise(engine.url);
    try {
      const { code, stdout, stderr } = await listen(noisy.url);
      expect(code).toBe(1);
      expect(stderr).toContain(`worse than ${baseline} by more than 6 points`);
      expect(stdout).toMatch(new RegExp(`^ +worse +${voice}, sentence \\d+$`, "m"));
    } finally {
      noisy.close();
    }
  }, 120_000);
});

describe("captionwire wer of two texts", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-wer-texts-"));
    writeFileSync(join(folder, "said.txt"), "Good morning. It is nine.\nThank you.\n");
    writeFileSync(join(folder, "right.txt"), "good morning it is 9\nthank you\n");
    writeFileSync(join(folder, "wrong.txt"), "Good morning. It is wine.\nThank you.\n");
    writeFileSync(join(folder, "short.txt"), "Good morning.\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function wer(hypothesis: string, ...more: readonly string[]) {
    const at = (name: string) => join(folder, name);
    const words = ["wer", "--reference", at("said.txt"), "--hypothesis", at(hypothesis), ...more];
    const command = captionwire(words);
    return { code: await within("the command ends", command.code), command };
  }

  it("tells words and sentences that are wrong", async () => {
    const { code, command } = await wer("wrong.txt");
    expect(code).toBe(0);
    // One of seven words, one of three sentences.
    expect(command.stdout).toContain("Overall WER 14.3 %, sentence error rate 33.3 %");
    expect((await wer("right.txt")).command.stdout).toContain("Overall WER 0.0 %, sentence error rate 0.0 %");
    expect(await wer("short.txt")).toMatchObject({ code: 1 });
  });

  it("gives a reader that takes its time all of it", async () => {
    const long = shellWord(join(folder, "long.txt"));
    writeFileSync(join(folder, "long.txt"), "Small boats come home with the morning tide.\n".repeat(4_000));
    const command = bash(`captionwire wer --reference ${long} --hypothesis ${long} --json | (sleep 1; cat)`);
    expect(await within("the line ends", command.code)).toBe(0);
    // More than a pipe holds.
    expect(command.stdout.length).toBeGreaterThan(100_000);
    expect(jsonLines(command.stdout)).toEqual([expect.objectContaining({ wer: 0 })]);
  });

  it("gives programs JSON alone", async () => {
    const out = join(folder, "results.json");
    const { command } = await wer("wrong.txt", "--json", "--out", out);
    expect(jsonLines(command.stdout)).toEqual([expect.objectContaining({ ser: 1 / 3 })]);
    expect(readFileSync(out, "utf8")).toBe(command.stdout);
    expect(command.stderr).toContain("Overall WER 14.3 %");
  });

  it("keeps a baseline and fails when it is undercut, unless that is tolerated", async () => {
    const file = join(folder, "baseline.json");
    expect((await wer("right.txt", "--save-baseline", file)).code).toBe(0);
    expect((await wer("right.txt", "--baseline", file)).code).toBe(0);
    const { code, command } = await wer("wrong.txt", "--baseline", file);
    expect(code).toBe(1);
    expect(command.stdout).toMatch(/^ +worse +line 1$/m);
    expect(command.stdout).toMatch(/^ +same +1 file$/m);
    expect((await wer("wrong.txt", "--baseline", file, "--tolerance", "34")).code).toBe(0);
    expect((await wer("wrong.txt", "--baseline", join(folder, "none.json"))).code).toBe(1);
    expect((await wer("wrong.txt", "--tolerance", "much")).code).toBe(2);
    expect((await wer("right.txt", "--url", "nowhere")).code).toBe(2);
    expect((await wer("right.txt", "--direct")).code).toBe(2);
    expect((await wer("right.txt", folder)).code).toBe(2);
    // A corpus that shrank: what is left is as good as before.
    const text = readFileSync(join(folder, "said.txt"), "utf8").split("\n")[0] ?? "";
    writeFileSync(join(folder, "said-less.txt"), text);
    const less = [
      "--reference",
      join(folder, "said-less.txt"),
      "--hypothesis",
      join(folder, "said-less.txt"),
    ];
    const shrunk = captionwire(["wer", ...less, "--baseline", file]);
    expect(await within("the command ends", shrunk.code)).toBe(1);
    expect(shrunk.stderr).toContain("holds 1 that were not measured now");
    for (const option of ["--save-baseline", "--out"]) {
      const { code, command } = await wer("right.txt", option, "/nowhere/out.json");
      expect([code, command.stdout]).toEqual([1, ""]);
      expect(command.stderr).toMatch(/^\/nowhere\/out.json cannot be written: .*\n$/);
    }
  });
});

/** The engine, whose voices speak in a storm. */
async function throughNoise(url: string): Promise<{ readonly url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url ?? "/", url), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Token any" },
      body: await text(request),
    });
    const samples = new Int16Array(await answer.arrayBuffer());
    let chance = 1;
    for (const [index, sample] of samples.entries()) {
      // A small generator of its own: the same storm each time.
      chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) | 0;
      samples[index] = Math.max(-32_768, Math.min(32_767, sample + (chance >> 18)));
    }
    response.writeHead(answer.status).end(new Uint8Array(samples.buffer));
  });
  server.on("upgrade", (request, socket: Socket, head) => {
    const engine = connect(Number(new URL(url).port), "127.0.0.1");
    const lines = request.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
    );
    engine.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    engine.write(head);
    socket.pipe(engine).pipe(socket);
    for (const each of [socket, engine]) {
      sockets.add(each);
      each.on("error", () => each.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: localUrl(server),
    close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
