import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { startCaptionwire } from "../../testing/index.ts";
import { eventually } from "../support/wait.ts";

const harness = fileURLToPath(new URL("../../testing/index.ts", import.meta.url));

/** A program of somebody's that starts the harness with a script, tells where, and then does this. */
async function startElsewhere(then: string): Promise<{ program: ChildProcess; url: string; folder: string }> {
  const source = `
    import { startCaptionwire } from ${JSON.stringify(harness)};
    const cw = await startCaptionwire({ upstream: "scripted" });
    console.log(JSON.stringify({ url: cw.url, folder: cw.folder }));
    ${then}
  `;
  const program = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
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
});
