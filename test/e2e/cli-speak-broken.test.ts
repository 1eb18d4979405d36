import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually, within } from "../../testing/wait.ts";
import { captionwire } from "../support/command.ts";
import { useSpeakBench } from "../support/speak-bench.ts";

const bench = useSpeakBench();

describe("captionwire speak, when the sound breaks off", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-speak-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("fails and says so, and never passes a part off as the whole", async () => {
    const { stack, provider, newText } = bench();
    const { text } = await newText(1);
    provider.script = async (asked) => {
      await asked.send(1_000);
      asked.reset();
    };
    const file = join(folder, "speech.wav");
    const command = captionwire(["speak", text, "--out", file], stack);
    expect(await within("it ends", command.code)).toBe(1);
    expect(command.stderr).toContain(`${file}.part`);
    expect(existsSync(file)).toBe(false);
    expect(statSync(`${file}.part`).size).toBeGreaterThan(0);

    const piped = captionwire(["speak", text], stack);
    expect(await within("it ends in a pipe too", piped.code)).toBe(1);
    expect(piped.stderr).toContain("broke off");
  });

  it("leaves nothing behind on Ctrl-C, and ends with 130", async () => {
    const { stack, provider, newText } = bench();
    const { text } = await newText(1);
    let end = (): void => {};
    provider.script = (asked) => {
      end = () => asked.reset();
      return asked.send(1_000);
    };
    const file = join(folder, "left.wav");
    const command = captionwire(["speak", text, "--out", file], stack);
    await eventually(
      "some of it is there",
      () => statSync(`${file}.part`, { throwIfNoEntry: false })?.size ?? 0,
      (size) => size > 0,
    );
    command.interrupt();
    expect(await within("it ends", command.code)).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
    // Whoever leaves is not always noticed before there is more to send.
    end();
  });

  it.runIf(existsSync("/dev/full"))("does not blame the service for a full disk", async () => {
    const { stack, provider, newText } = bench();
    const { text } = await newText(1);
    provider.script = (asked) => asked.speak();
    const file = join(folder, "full.wav");
    symlinkSync("/dev/full", `${file}.part`);
    const command = captionwire(["speak", text, "--out", file], stack);
    expect(await within("it ends", command.code)).toBe(1);
    expect(command.stderr).toContain(`${file} cannot be written: ENOSPC`);
    expect(readdirSync(folder)).toEqual([]);
  });
});
