// A program of its own: it holds the Workers runtime, so that ending this process, in whatever way, ends exactly that.
// Miniflare's own interface and not `wrangler dev`, which puts a second proxy process in front of the Worker.
import { createInterface } from "node:readline";
import { Log, LogLevel, Miniflare } from "miniflare";
import * as v from "valibot";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { inRoot } from "../paths.ts";
import { bundleEntry, bundleFolder } from "./bundle.ts";

const SettingsSchema = v.object({
  port: v.number(),
  state: v.string(),
  bindings: v.record(v.string(), v.string()),
  floodLimits: v.union([v.picklist(["deployed", "off"]), v.record(v.string(), v.number())]),
});

/** Limits that count what a crowd does together. */
const unlimitedHere = ["FLOOD_RATE", "TOKEN_RATE"];

const lines = createInterface({ input: process.stdin });
const first = await lines[Symbol.asyncIterator]().next();
if (first.done === true) process.exit(1);
const settings = v.parse(SettingsSchema, JSON.parse(first.value));

const { assets, ...workerOptions } = unstable_getMiniflareWorkerOptions(
  inRoot("wrangler.toml"),
).workerOptions;
const ratelimits = Object.fromEntries(
  Object.entries(workerOptions.ratelimits ?? {}).map(([name, { simple, ...rest }]) => [
    name,
    { ...rest, simple: { ...simple, limit: limitOf(name, simple.limit) } },
  ]),
);
/** Miniflare's name for the Worker that holds the pages. */
const pages = "pages";
const miniflare = new Miniflare({
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
      modulesRoot: inRoot(bundleFolder),
      scriptPath: inRoot(bundleEntry),
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

// The parent's end of this pipe closes when the parent ends, even by SIGKILL.
lines.once("close", () => void end());
process.once("SIGTERM", () => void end());

const url = await miniflare.ready;
process.stdout.write(`${JSON.stringify({ ready: true, url: url.origin })}\n`);

function limitOf(name: string, deployed: number): number {
  const { floodLimits } = settings;
  if (floodLimits === "deployed") return deployed;
  const chosen = floodLimits === "off" ? undefined : floodLimits[name];
  return chosen ?? (unlimitedHere.includes(name) ? 1_000_000_000 : deployed);
}

async function end(): Promise<void> {
  await miniflare.dispose();
  process.exit(0);
}
