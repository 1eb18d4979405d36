import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { startEars } from "./ears.ts";
import { createEngineServer } from "./server.ts";
import { startVoice } from "./voice.ts";

/** The longest the engine takes to end after it was told to. */
const SHUTDOWN_MS = 800;

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,5}$/, "must be a whole number"), v.transform(Number));
const settingsSchema = v.object({
  port: v.optional(v.pipe(wholeNumber, v.maxValue(65_535, "must be at most 65535")), "0"),
  host: v.optional(v.string(), "127.0.0.1"),
  "api-key": v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
  workers: v.optional(v.pipe(wholeNumber, v.minValue(1), v.maxValue(64))),
  concurrency: v.optional(v.pipe(wholeNumber, v.minValue(1, "must be at least 1"))),
  "speed-cap": v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,3}(\.\d{1,3})?$/, "must be a number"),
      v.transform(Number),
      v.minValue(1, "must be at least 1"),
    ),
  ),
  "exit-with-parent": v.optional(v.boolean(), false),
});

function fail(message: string): never {
  process.stderr.write(`captionwire engine: ${message}\n`);
  process.exit(1);
}

function readSettings() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string" },
        host: { type: "string" },
        "api-key": { type: "string" },
        workers: { type: "string" },
        concurrency: { type: "string" },
        "speed-cap": { type: "string" },
        "exit-with-parent": { type: "boolean" },
      },
    });
    const parsed = v.safeParse(settingsSchema, values);
    if (parsed.success) return parsed.output;
    return fail(`--${v.getDotPath(parsed.issues[0]) ?? ""}: ${parsed.issues[0].message}`);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** One core stays free for whoever sends the audio and reads the captions. */
const defaultWorkers = () => Math.min(4, Math.max(1, availableParallelism() - 1));

const settings = readSettings();
const dieOf = (error: Error) => fail(`a worker thread failed: ${error.message}`);

report({ progress: "loading the speech recogniser, the voice activity detector and the voice" });
const ears = startEars(settings.workers ?? defaultWorkers(), dieOf);
const voice = startVoice(dieOf);
const server = createEngineServer({
  ears,
  synthesise: voice.speak,
  apiKey: settings["api-key"] ?? null,
  concurrency: settings.concurrency ?? null,
  speedCap: settings["speed-cap"] ?? null,
});

let leaving = false;
const leave = () => {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
  void Promise.allSettled([server.close(), ears.close(), voice.close()]).then(() => process.exit(0));
};
process.on("SIGTERM", leave);
process.on("SIGINT", leave);
if (settings["exit-with-parent"]) {
  process.stdin.on("end", leave).on("close", leave).on("error", leave);
  process.stdin.resume();
}

await Promise.all([ears.ready, voice.ready]);
try {
  const port = await server.listen(settings.port, settings.host);
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  report({ ready: true, url: `http://${host}:${port}` });
} catch (error) {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  fail(taken ? `port ${settings.port} is taken` : error instanceof Error ? error.message : String(error));
}
