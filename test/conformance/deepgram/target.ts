import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeepgramClient } from "@deepgram/sdk";
import type { TestContext } from "vitest";
import { inRoot } from "../../../cli/paths.ts";
import { startChild } from "../../../cli/stack/child.ts";

/** What is measured against the SDK and the reference: our engine, or Deepgram when the environment holds its key. */
export type Target = {
  readonly baseUrl: string;
  readonly apiKey: string;
  close(): Promise<void>;
};

const deepgramApiKey = process.env.DEEPGRAM_API_KEY || undefined;

/** Deepgram takes audio at 1.25 times real time; the engine as fast as it can listen. */
export const audioPace = deepgramApiKey === undefined ? 4 : 1.2;

/** Leaves out, on the real service, what only holds for the engine. */
export function engineOnly(context: TestContext, reason: string): void {
  context.skip(deepgramApiKey !== undefined, `only against the engine: ${reason}`);
}

export async function startTarget(): Promise<Target> {
  if (deepgramApiKey !== undefined) {
    return { baseUrl: "https://api.deepgram.com", apiKey: deepgramApiKey, close: async () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), "captionwire-conformance-"));
  const apiKey = "key-of-the-conformance-tests";
  const engine = await startChild({
    name: "speech engine",
    script: inRoot("engine/main.ts"),
    args: ["--port", "0", "--exit-with-parent", "--api-key", apiKey],
    logFile: join(folder, "engine.log"),
    readyWithinMs: 120_000,
  });
  return {
    baseUrl: engine.url,
    apiKey,
    async close() {
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The SDK's client with the key, or with what a test puts in its place. */
export function clientOf(
  target: Target,
  credential: { readonly apiKey: string } | { readonly accessToken: string } = { apiKey: target.apiKey },
): DeepgramClient {
  return new DeepgramClient({ ...credential, baseUrl: target.baseUrl });
}
