// A program of its own: it holds the Workers runtime, so that ending this process, in whatever way, ends exactly that.
import { createInterface } from "node:readline";
import * as v from "valibot";
import { RuntimeSettingsSchema, startRuntime } from "./runtime.ts";

const lines = createInterface({ input: process.stdin });
const first = await lines[Symbol.asyncIterator]().next();
if (first.done === true) process.exit(1);
const runtime = startRuntime(v.parse(RuntimeSettingsSchema, JSON.parse(first.value)));

// The parent's end of this pipe closes when the parent ends, even by SIGKILL.
lines.once("close", () => void end());
process.once("SIGTERM", () => void end());

const url = await runtime.ready;
process.stdout.write(`${JSON.stringify({ ready: true, url: url.origin })}\n`);

async function end(): Promise<void> {
  await runtime.dispose();
  process.exit(0);
}
