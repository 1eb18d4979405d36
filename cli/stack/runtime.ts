import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Log, LogLevel, Miniflare } from "miniflare";
import * as v from "valibot";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { inRoot, root } from "../paths.ts";
import { isAlive } from "./alive.ts";
import { bundleEntry } from "./bundle.ts";
import { removeTree } from "./remove-tree.ts";

export const RuntimeSettingsSchema = v.object({
  port: v.number(),
  state: v.string(),
  bindings: v.record(v.string(), v.string()),
  floodLimits: v.union([v.picklist(["deployed", "off"]), v.record(v.string(), v.number())]),
});
export type RuntimeSettings = v.InferOutput<typeof RuntimeSettingsSchema>;

/** Limits that count what a crowd does together. */
const unlimitedHere = ["FLOOD_RATE", "TOKEN_RATE"];
/** Miniflare's name for the Worker that holds the pages. */
const pages = "pages";

/**
 * The Workers runtime with the bundled Worker in it, in this process.
 * Miniflare's own interface and not `wrangler dev`, which puts a second proxy process in front of the Worker.
 * What this process puts into its temporary folder from here on is in one of its own next to the rooms.
 *
 * @param script of the Worker, where that is not the bundle
 */
export function startRuntime(settings: RuntimeSettings, script: string = inRoot(bundleEntry)): Miniflare {
  const { assets, ...workerOptions } = unstable_getMiniflareWorkerOptions(
    inRoot("wrangler.toml"),
  ).workerOptions;
  const ratelimits = Object.fromEntries(
    Object.entries(workerOptions.ratelimits ?? {}).map(([name, { simple, ...rest }]) => [
      name,
      { ...rest, simple: { ...simple, limit: limitOf(settings, name, simple.limit) } },
    ]),
  );
  const temporary = temporaryFolder(settings);
  removeOrphans(settings);
  mkdirSync(temporary, { recursive: true });
  process.env.TMPDIR = temporary;
  process.env.TEMP = temporary; // its name on Windows
  return new Miniflare({
    host: "127.0.0.1",
    port: settings.port,
    cf: false, // the placeholder of a real request's `cf` would be fetched from the network
    telemetry: { enabled: false },
    durableObjectsPersist: settings.state,
    log: new Log(LogLevel.WARN),
    handleRuntimeStdio: (stdout, stderr) => {
      stdout.pipe(process.stderr);
      stderr.pipe(process.stderr);
    },
    workers: [
      {
        ...workerOptions,
        modules: true,
        modulesRoot: root,
        scriptPath: script,
        modulesRules: [{ type: "ESModule", include: ["**/*.js"] }],
        bindings: { ...workerOptions.bindings, ...settings.bindings },
        ratelimits,
        // A Worker with assets of its own gets two more in front of it here, and every message of every socket passes
        // through all of them: a quarter of what it costs, and 90 kB a viewer. So the assets are a neighbour's.
        serviceBindings: { ...workerOptions.serviceBindings, ASSETS: pages },
      },
      {
        name: pages,
        modules: true,
        script: "export default {}",
        compatibilityDate: workerOptions.compatibilityDate,
        assets: { ...assets, directory: inRoot("dist/web"), routerConfig: { has_user_worker: false } },
      },
    ],
  });
}

/** Ends it, in whatever state it is, and deletes its temporary folder: Miniflare alone does not wait until that is done. */
export async function endRuntime(runtime: Miniflare, settings: RuntimeSettings): Promise<void> {
  await runtime.dispose().catch(() => {}); // why it never became ready was told then
  removeTree(temporaryFolder(settings));
}

/** Named after this process: nobody else takes it for his own, nor do we take what was there before. */
function temporaryFolder({ state }: RuntimeSettings): string {
  return join(dirname(state), `miniflare-${process.pid}`);
}

/** Killed runs had no time to. */
function removeOrphans({ state }: RuntimeSettings): void {
  const folder = dirname(state);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = /^miniflare-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeTree(join(folder, name));
  }
}

function limitOf({ floodLimits }: RuntimeSettings, name: string, deployed: number): number {
  if (floodLimits === "deployed") return deployed;
  const chosen = floodLimits === "off" ? undefined : floodLimits[name];
  return chosen ?? (unlimitedHere.includes(name) ? 1_000_000_000 : deployed);
}
