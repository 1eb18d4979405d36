import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WriteStream } from "node:tty";
import * as v from "valibot";
import { deploy, rehearse } from "../../cli/deploy/deploy.ts";
import type { Means } from "../../cli/deploy/means.ts";
import { wranglerAt } from "../../cli/deploy/wrangler.ts";
import { inRoot } from "../../cli/paths.ts";
import type { Asking } from "../../cli/terminal/ask.ts";
import { createScreen } from "../../cli/terminal/screen.ts";

/** What wrangler finds at Cloudflare. */
export type Scenario = {
  /** `null`: nobody is logged in. */
  readonly accounts: readonly { readonly id: string; readonly name: string }[] | null;
  /** Names of the secrets the Worker has; `null`: there is no such Worker. */
  readonly secrets: readonly string[] | null;
  /** What wrangler fails with, before it has uploaded anything. */
  readonly deployFails?: string;
  /** And afterwards, over domains and routes. */
  readonly triggersFail?: string;
  /** It uploads nothing and does not end by itself. */
  readonly deployHangs?: true;
  /**
   * It ends well, and its events tell of no deployment (`silent`), or of one that was answered with no (`declined`); or its
   * events tell of one and it fails afterwards, with that in place (`late`) or without (`late, nowhere`).
   */
  readonly deployEnds?: "silent" | "declined" | "late" | "late, nowhere";
  /** What asking for the deployments fails with, once one was tried. */
  readonly latestFails?: string;
  readonly targets: readonly string[];
};

export const CallSchema = v.object({
  args: v.array(v.string()),
  secrets: v.optional(v.record(v.string(), v.string())),
  secretsFile: v.optional(v.string()),
  mode: v.optional(v.string()),
  pid: v.number(),
  /** Whether wrangler would ask. */
  asks: v.boolean(),
});
export type Call = v.InferOutput<typeof CallSchema>;

/** A deployment with a scripted wrangler, in a folder of its own. */
export type Deploying = {
  readonly folder: string;
  readonly keyFile: string;
  /** Of wrangler, in order. */
  readonly calls: readonly Call[];
  /** All that a person has read so far. */
  readonly output: string;
  run(): Promise<void>;
  rehearse(): Promise<void>;
  remove(): void;
};

export type DeployingOptions = {
  readonly scenario: Scenario;
  readonly asking: Asking;
  readonly env?: NodeJS.ProcessEnv;
  readonly environment?: string;
  readonly customDomains?: readonly string[];
  readonly mayTakeDomains?: boolean;
  /** Our input and output are a terminal. */
  readonly hasTerminal?: boolean;
  readonly interrupted?: () => AbortSignal;
};

export function deploying(options: DeployingOptions): Deploying {
  const { scenario, asking, env = {}, environment } = options;
  const folder = mkdtempSync(join(tmpdir(), "captionwire-deploying-"));
  const script = join(folder, "wrangler.mjs");
  copyFileSync(inRoot("test/support/fake-wrangler.mjs"), script);
  writeFileSync(join(folder, "scenario.json"), JSON.stringify(scenario));
  let output = "";
  const out: WriteStream = Object.assign(Object.create(WriteStream.prototype), {
    isTTY: false,
    write: (text: string) => {
      output += text;
      return true;
    },
  });
  const means: Means = {
    deployed: {
      worker: "captionwire",
      accountId: null,
      lastMigration: "v3",
      customDomains: options.customDomains ?? [],
    },
    environment: environment ?? null,
    wrangler: wranglerAt(script, environment ?? null, options.hasTerminal ?? false),
    buildPages: async () => {},
    workerFolder: join(folder, "worker"),
    asking,
    env,
    keyFile: join(folder, "keys.json"),
    patience: { tries: 2, pauseMs: 1 },
    mayTakeDomains: options.mayTakeDomains ?? false,
    interrupted: options.interrupted ?? (() => new AbortController().signal),
    screen: createScreen(out),
  };
  const callsFile = join(folder, "calls.ndjson");
  return {
    folder,
    keyFile: means.keyFile,
    get calls() {
      if (!existsSync(callsFile)) return [];
      const lines = readFileSync(callsFile, "utf8").trimEnd().split("\n");
      return lines.map((line) => v.parse(v.pipe(v.string(), v.parseJson(), CallSchema), line));
    },
    get output() {
      return output;
    },
    run: () => deploy(means),
    rehearse: () => rehearse(means),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** There is no terminal. */
export const nobody: Asking = {
  isSomebody: false,
  text: async (question) => {
    throw new Error(`nobody was there to be asked ${question}`);
  },
  hidden: async (question) => {
    throw new Error(`nobody was there to be asked ${question}`);
  },
};

/** Somebody who gives these answers, in order, and notes what was asked and how. */
export function somebody(answers: readonly string[]): Asking & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const answer = async (how: string, question: string): Promise<string> => {
    const next = answers[asked.length];
    asked.push(`${how}: ${question}`);
    if (next === undefined) throw new Error(`there is no answer to ${question}`);
    return next;
  };
  return {
    asked,
    isSomebody: true,
    text: (question) => answer("shown", question),
    hidden: (question) => answer("hidden", question),
  };
}
