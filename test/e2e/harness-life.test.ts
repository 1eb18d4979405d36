import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "../../cli/stack/alive.ts";
import { startCaptionwire } from "../../testing/index.ts";
import { openPublisher } from "../../testing/publisher.ts";
import { openViewer } from "../../testing/viewer.ts";
import { eventually, within } from "../../testing/wait.ts";
import { descendants } from "../support/descendants.ts";

const harness = fileURLToPath(new URL("../../testing/index.ts", import.meta.url));

/** A program of somebody's that starts the harness, tells where, and then does this. */
function spawnElsewhere(then: string, upstream: "scripted" | "engine", env: Record<string, string> = {}) {
  const source = `
    import { startCaptionwire } from ${JSON.stringify(harness)};
    const cw = await startCaptionwire({ upstream: "${upstream}" });
    console.log(JSON.stringify({ url: cw.url, folder: cw.folder }));
    ${then}
  `;
  return spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
}

async function startElsewhere(then: string): Promise<{ program: ChildProcess; url: string; folder: string }> {
  const program = spawnElsewhere(then, "scripted");
  for await (const line of createInterface({ input: program.stdout })) {
    return { program, ...v.parse(v.object({ url: v.string(), folder: v.string() }), JSON.parse(line)) };
  }
  throw new Error("The program ended without starting anything.");
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

async function expectGone(url: string, folder: string): Promise<void> {
  await eventually(
    "Worker and folder are gone",
    async () => ({ answers: await answers(url), folder: existsSync(folder) }),
    (seen) => !seen.answers && !seen.folder,
  );
}

describe("nothing is left behind", () => {
  it("by close(), which may be called twice", async () => {
    const cw = await startCaptionwire({ upstream: "scripted" });
    const viewer = await cw.viewer("left");
    expect(await answers(cw.url)).toBe(true);
    await Promise.all([cw.close(), cw.close()]);
    await expectGone(cw.url, cw.folder);
    expect(viewer.link.state).toBe("closed");
  });

  it("by a process that is killed without a word", async () => {
    const { program, url, folder } = await startElsewhere("setInterval(() => {}, 1000);");
    expect([await answers(url), existsSync(folder)]).toEqual([true, true]);
    program.kill("SIGKILL");
    await once(program, "exit");
    await expectGone(url, folder);
  });

  it("by a process that ends without closing", async () => {
    const { program, url, folder } = await startElsewhere("process.exit(3);");
    await once(program, "exit");
    expect(program.exitCode).toBe(3);
    await expectGone(url, folder);
  });
});

describe("nothing is left behind by a process that is killed", () => {
  let tmp: string;
  beforeEach(() => {
    tmp = mkdtempSync(join(tmpdir(), "captionwire-killed-"));
  });
  afterEach(() => rmSync(tmp, { recursive: true, force: true }));

  const there = (pattern: string) => () =>
    globSync(`captionwire-testing-*/${pattern}`, { cwd: tmp }).length > 0;
  const stages = {
    "once there is a folder": there(""),
    "once there are secrets": there("secrets.json"),
    "when the Worker's program starts": there("logs/worker.log"),
    "when the Workers runtime starts": there("miniflare-*/*"),
  };

  it.each(
    (["scripted", "engine"] as const).flatMap((upstream) =>
      Object.entries(stages).map(([when, reached]) => [when, upstream, reached] as const),
    ),
  )("%s, %s", async (_when, upstream, reached) => {
    const program = spawnElsewhere("setInterval(() => {}, 1000);", upstream, { TMPDIR: tmp });
    await eventually("the start gets there", reached, Boolean, 40_000);
    await expectNothingLeft(program, "SIGKILL");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("by %s, after the start", async (signal) => {
    const program = spawnElsewhere("setInterval(() => {}, 1000);", "scripted", { TMPDIR: tmp });
    await once(program.stdout, "data");
    await expectNothingLeft(program, signal);
  });

  async function expectNothingLeft(program: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const exited = once(program, "exit");
    // It starts nothing more while its children are counted.
    program.kill("SIGSTOP");
    const children = descendants(program.pid ?? 0);
    program.kill(signal);
    program.kill("SIGCONT");
    await exited;
    await eventually(
      "what it had started is gone",
      () => children.filter(isAlive),
      (alive) => alive.length === 0,
    );
    expect(readdirSync(tmp)).toEqual([]);
  }
});

it("of a failed start the logs are left, where its error says", async () => {
  const error = await startCaptionwire({ upstream: "scripted", variables: { API_KEYS: "nonsense" } }).then(
    () => null,
    (reason) => reason,
  );
  const logs = /Its logs?: (.*)$/m.exec(String(error))?.[1];
  if (logs === undefined) throw new Error(`It names no log: ${error}`);
  const folder = logs.replace(/logs.*$/, "");
  expect(readdirSync(folder)).toEqual(["logs"]);
  expect(readdirSync(join(folder, "logs"))).toContain("worker.log");
  rmSync(folder, { recursive: true });
});

it("what is asked of it once it is closed, or is still opening then, is told so", async () => {
  const cw = await startCaptionwire({ upstream: "scripted" });
  const opening = Promise.allSettled([cw.viewer("late"), cw.publisher("late"), cw.faults.slowViewer("late")]);
  await cw.close();
  const closed = expect.objectContaining({ message: expect.stringContaining("This Captionwire is closed") });
  expect(await within("the openings end", opening, 5_000)).toEqual(
    Array(3).fill({ status: "rejected", reason: closed }),
  );
  const asked = [
    () => cw.viewer("late"),
    () => cw.publisher("late"),
    () => cw.token({ scopes: ["captions:view"], room: "late" }),
    () => cw.faults.slowViewer("late"),
    () => cw.faults.dropUpstream(),
    () => cw.faults.restartEdge(),
  ];
  for (const ask of asked) await expect(ask()).rejects.toThrow("This Captionwire is closed");
});

it.each([
  ["viewer", openViewer],
  ["publisher", openPublisher],
] as const)("a %s that is still trying to come in when the end comes tries no more", async (_name, open) => {
  const ending = new AbortController();
  // Nobody listens there.
  const rooms = { url: "http://127.0.0.1:9", token: async () => "a-token", closed: ending.signal };
  const opening = open(rooms, "late");
  setImmediate(() => ending.abort(new Error("it is over")));
  await expect(within<unknown>("it ends", opening, 5_000)).rejects.toThrow("it is over");
});

it("several side by side know nothing of each other", async () => {
  const started = await Promise.all([1, 2, 3].map(() => startCaptionwire({ upstream: "scripted" })));
  const viewers = await Promise.all(started.map((cw) => cw.viewer("same")));
  for (const [index, cw] of started.entries()) {
    const publisher = await cw.publisher("same");
    await publisher.silence(1_000);
    await cw.upstream.final(`Number ${index}.`);
    await publisher.finish();
  }
  for (const [index, viewer] of viewers.entries()) await viewer.sees(new RegExp(`^Number ${index}\\.$`));
  await Promise.all(started.map((cw) => cw.close()));
});

it("what goes wrong is told with what to do", async () => {
  await using cw = await startCaptionwire({ upstream: "scripted" });
  const viewer = await cw.viewer("told");
  await expect(viewer.sees("nothing of it", 200)).rejects.toThrow(
    'The viewer of "told" sees "nothing of it": did not happen within 0.2 s; it holds ""; the room is idle, its link open',
  );
  const publisher = await cw.publisher("told", {
    format: { encoding: "linear16", sampleRate: 8_000, channels: 1 },
  });
  await expect(cw.publisher("told")).rejects.toThrow(
    'The room "told" refused the publisher with publisher_present',
  );
  const recording = fileURLToPath(new URL("../../engine/nothing.wav", import.meta.url));
  await expect(publisher.play(recording)).rejects.toThrow("cannot be read");
  await expect(cw.faults.refuseUpstream(200)).rejects.toThrow("from 400 to 599");
  await expect(cw.token({ scopes: ["captions:view"], room: "No Room" })).rejects.toThrow("400");
  await expect(cw.viewer("No Room")).rejects.toThrow("POST /v1/tokens answered 400");
  await expect(cw.publisher("No Room")).rejects.toThrow("POST /v1/tokens answered 400");
  for (const words of ["", "?!"]) {
    await expect(viewer.sees(words)).rejects.toThrow(`There is no word in "${words}"`);
    await expect(viewer.seesInterim(words)).rejects.toThrow(`There is no word in "${words}"`);
  }
  await expect(cw.faults.evictRoom("told", { sockets: "kept" })).rejects.toThrow(
    'The room "told" has a session',
  );
  await expect(cw.upstream.final("x", { startMs: 900, endMs: 100 })).rejects.toThrow(
    '"x" cannot begin at 900 ms and end at 100 ms',
  );
  const words = [{ text: "x", startMs: -1, endMs: 100 }];
  await expect(cw.upstream.interim("x", { words })).rejects.toThrow(
    'The word "x" cannot begin at -1 ms and end at 100 ms',
  );
  await expect(cw.upstream.silence(-200)).rejects.toThrow("-200");
});
