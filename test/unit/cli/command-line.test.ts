import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../../cli/commands.ts";
import { inRoot } from "../../../cli/paths.ts";

const env = {
  ...process.env,
  NODE_OPTIONS: "",
  NODE_NO_WARNINGS: "1",
  NO_COLOR: "1",
  // Nobody listens there, whatever runs in this folder.
  CAPTIONWIRE_URL: "http://127.0.0.1:1",
  CAPTIONWIRE_API_KEY: "key",
};
const program = [process.execPath, inRoot("cli/main.ts")] as const;

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function captionwire(...words: string[]): Ended {
  return fed("", ...words);
}

/** With this on stdin. */
function fed(input: string, ...words: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(program[0], [program[1], ...words], {
    encoding: "utf8",
    env,
    input,
  });
  return { code: status, stdout, stderr };
}

describe("captionwire", () => {
  it("lists its commands and exit codes", () => {
    const asked = captionwire("--help");
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    for (const { name, summary } of commands) {
      expect(asked.stdout).toContain(`  ${name} `);
      expect(asked.stdout.replaceAll(/\s+/g, " ")).toContain(summary);
    }
    expect(asked.stdout).toMatch(/2 +the command line was wrong/);
    expect(captionwire()).toEqual(asked);
  });

  it.each(commands.map(({ name }) => name))("explains %s, without doing it", (name) => {
    const { code, stdout, stderr } = captionwire(name, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: captionwire ${name}`));
  });

  it.each([
    ["a command it does not know", ["wathc"], "unknown command 'wathc'"],
    ["an option it does not know", ["watch", "demo", "--fast"], "--fast"],
    ["an argument too many", ["watch", "demo", "other"], "too many arguments"],
    ["no file to publish", ["publish"], "file"],
    ["a room that cannot be", ["watch", "De mo"], "A room's name"],
    ["a number that is none", ["publish", "-", "--sample-rate", "fast"], "from 8000 to 48000"],
    ["a choice there is not", ["export", "demo", "--format", "doc"], "vtt, srt, txt, json"],
    ["an address that is none", ["watch", "demo", "--url", "nowhere"], "https://"],
    [
      "an address with a path, which it would leave out",
      ["rooms", "--url", "https://captions.test/under?key=secret"],
      "alone: https://captions.test.",
    ],
    ["two credentials", ["watch", "demo", "--api-key", "a", "--token", "b"], "cannot be used with"],
    ["what does not go together", ["token", "--scope", "speak", "--max-seconds", "3"], "captions:publish"],
    ["a deletion nobody can confirm", ["rooms", "delete", "demo"], "--yes"],
    ["a setting that cannot be", ["rooms", "set", "demo", "--endpointing", "5"], "from 10"],
    ["a term that is none", ["rooms", "set", "demo", "--keyterm", ""], "1 to 100 characters"],
    ["a language that is none", ["rooms", "set", "demo", "--language", "e n"], "letters, digits"],
    ["an endless number of minutes", ["wer", "x", "--max-wer", "much"], "number of percent"],
  ])("refuses %s with 2 and a hint", (_, words, said) => {
    const { code, stdout, stderr } = captionwire(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/See: captionwire .*--help\n$/);
    expect(stderr).not.toContain("    at ");
  });

  it.each([
    [["rooms", "set", "demo", "--nope"], "rooms set"],
    [["rooms", "delete", "demo"], "rooms delete"],
    [["rooms", "--nope"], "rooms list"],
    [["latency", "stream", "--nope"], "latency stream"],
    [["latency", "stream"], "latency stream"],
    [["--nope"], ""],
  ])("points from an error in %j to the help of that command", (words, command) => {
    const { code, stderr } = captionwire(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`See: captionwire ${command}${command && " "}--help\\n$`));
  });

  it("tells a pipe that brings no publisher from one whose publisher never began", () => {
    const other = fed("hello\n", "watch");
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toContain("captionwire publish FILE | captionwire watch");
    const none = fed("", "watch");
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toMatch(/^[^\n]+ended before it began[^\n]+\n$/);
  });

  it("does not publish a pipe in which there is nothing", () => {
    const { code, stdout, stderr } = fed("", "publish", "-");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("stdin ended without any audio");
  });

  it.each([
    [["watch", "demo"]],
    [["token", "--scope", "speak"]],
    [["rooms"]],
    [["watch", "demo", "--token", "t"]],
    [["export", "demo"]],
    [["publish", inRoot("test/unit/cli/command-line.test.ts")]],
    [["publish", inRoot("nowhere.wav")]],
  ])("fails with 1 and one line: %j", (words) => {
    const { code, stdout, stderr } = captionwire(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });
});

describe("completion in bash", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-completion-"));
    mkdirSync(join(folder, "talks"));
    writeFileSync(join(folder, "talks", "one.wav"), "");
    writeFileSync(join(folder, "talks", "two.wav"), "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What bash offers after these words, the last of which is being typed. */
  function offered(...words: string[]): string[] {
    const script = `
      captionwire() { "$NODE" "$MAIN" "$@"; }
      # What the package bash-completion brings: here words end at spaces alone.
      _get_comp_words_by_ref() {
        words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=\${words[cword]}; prev=\${words[cword-1]}
      }
      source <(captionwire completion bash)
      COMP_WORDS=(captionwire "$@"); COMP_CWORD=$#
      __captionwire_complete 2>/dev/null
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", ...words], {
      encoding: "utf8",
      env: { ...env, NODE: program[0], MAIN: program[1] },
      cwd: folder,
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.trimEnd().split("\n");
  }

  it("offers commands, and those of a command", () => {
    expect(offered("")).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
    expect(offered("pub")).toEqual(["publish"]);
    expect(offered("rooms", "s")).toEqual(["show", "set", "stats"]);
  });

  it("offers options and their values", () => {
    expect(offered("publish", "--enc")).toEqual(["--encoding"]);
    expect(offered("publish", "--encoding", "")).toEqual(["linear16", "mulaw", "alaw"]);
    expect(offered("export", "demo", "--format", "v")).toEqual(["vtt"]);
    expect(offered("rooms", "set", "demo", "--max")).toEqual(["--max-viewers"]);
  });

  it("offers files, and does not stop at a folder", () => {
    const inside = ["talks/one.wav", "talks/two.wav"];
    expect(offered("publish", "ta")).toEqual(expect.arrayContaining(inside));
    expect(offered("publish", "talks/")).toEqual(expect.arrayContaining(inside));
    expect(offered("publish", "talks/o")).toEqual(["talks/one.wav"]);
  });

  it("offers files to all that take them", () => {
    expect(offered("wer", "talks/o")).toEqual(["talks/one.wav"]);
    expect(offered("latency", "stream", "--tape", "talks/o")).toEqual(["talks/one.wav"]);
    expect(offered("wer", "--baseline", "talks/o")).toEqual(["talks/one.wav"]);
  });

  it.each(["bash", "zsh", "fish", "powershell"])("has a script for %s", (shell) => {
    const { code, stdout } = captionwire("completion", shell);
    expect(code).toBe(0);
    expect(stdout).toMatch(/captionwire complete '?--/);
  });
});
