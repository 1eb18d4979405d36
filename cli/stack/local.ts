import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import type { Stack } from "./stack.ts";

const LocalSchema = v.object({ url: v.string(), apiKey: v.string(), engine: v.string() });

function localFile(folder: string): string {
  return join(folder, "local.json");
}

/** Tells other programs where we are and how to mint tokens; the answer takes it back. */
export function announce(folder: string, { url, apiKey, engineUrl }: Stack): () => Promise<void> {
  const path = localFile(folder);
  writeFileSync(path, `${JSON.stringify({ url, apiKey, engine: engineUrl ?? "deepgram" })}\n`, {
    mode: 0o600,
  });
  return async () => rmSync(path, { force: true });
}

export type Local = Readonly<v.InferOutput<typeof LocalSchema>>;

/** What runs with this folder, or was killed there; `null` when nothing does. */
export function readLocal(folder: string): Local | null {
  try {
    return v.parse(LocalSchema, JSON.parse(readFileSync(localFile(folder), "utf8")));
  } catch {
    return null;
  }
}

/** Two runtimes on one storage would spoil it. What a killed run left behind is cleared away. */
export async function assertFolderFree(folder: string): Promise<void> {
  const url = readLocal(folder)?.url;
  const isAlive = url !== undefined && (await answers(url));
  if (!isAlive) {
    rmSync(localFile(folder), { force: true });
    return;
  }
  throw new UserError(
    `Captionwire already runs at ${url} with this folder. Use that one, stop it, or give this one another --folder.`,
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    await answer.text();
    return true;
  } catch {
    return false;
  }
}
