// A program of its own: it holds the Workers runtime, so that ending this process, in whatever way, ends exactly that.
import { createInterface } from "node:readline";
import * as v from "valibot";
import { endRuntime, RuntimeSettingsSchema, startRuntime } from "./runtime.ts";

// Once the parent is gone nobody reads this, and that must not end us before the runtime has ended.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});

const lines = createInterface({ input: process.stdin });
const first = await lines[Symbol.asyncIterator]().next();
if (first.done === true) process.exit(1);
const settings = v.parse(RuntimeSettingsSchema, JSON.parse(first.value));
const runtime = startRuntime(settings);

// The parent's end of this pipe closes when the parent ends, even by SIGKILL.
lines.once("close", () => void end());
process.once("SIGTERM", () => void end());

const url = await runtime.ready;
process.stdout.write(`${JSON.stringify({ ready: true, url: url.origin })}\n`);

async function end(): Promise<void> {
  await endRuntime(runtime, settings);
  process.exit(0);
}
