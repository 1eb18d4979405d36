// What one writes first, in the same runtime as the product and started the same way.
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import * as v from "valibot";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { inRoot } from "../../cli/paths.ts";
import { readSettings } from "../load/control.ts";

const SettingsSchema = v.object({
  script: v.picklist(["bare-object.mjs", "bare-speak.mjs", "bare-refusal.mjs"]),
  bindings: v.optional(v.record(v.string(), v.string()), {}),
});
const { script, bindings } = await readSettings(SettingsSchema, () => void end());
const { compatibilityDate } = unstable_getMiniflareWorkerOptions(inRoot("wrangler.toml")).workerOptions;
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  cf: false, // the placeholder of a real request's `cf` would be fetched from the network
  telemetry: { enabled: false },
  log: new Log(LogLevel.WARN),
  modules: true,
  scriptPath: fileURLToPath(new URL(script, import.meta.url)),
  ...(compatibilityDate === undefined ? {} : { compatibilityDate }),
  bindings,
  durableObjects: script === "bare-object.mjs" ? { ROOM: { className: "BareRoom", useSQLite: true } } : {},
});
const url = await miniflare.ready;
process.stdout.write(`${JSON.stringify({ ready: true, url: url.origin })}\n`);

async function end(): Promise<void> {
  await miniflare.dispose();
  process.exit(0);
}
