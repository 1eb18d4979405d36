// The Worker's program of a test: as `cli/stack/worker-process.ts`, and it takes orders, which no running service has a way to
// be given. Once whoever started it is gone, in whatever way, it ends.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { messageOf } from "../cli/errors.ts";
import { removeTree } from "../cli/stack/remove-tree.ts";
import {
  endRuntime,
  type RuntimeSettings,
  RuntimeSettingsSchema,
  startRuntime,
} from "../cli/stack/runtime.ts";
import { OrderSchema } from "./orders.ts";

/** The Worker has no name of its own here. */
const worker = "";
/** As `wrangler.toml` names it. */
const roomClass = "CaptionRoom";

/** As `edge-worker.mjs` says them. */
const lastWords = "evicted by a test";

/** Written into the folder before this program is started, as `cli/stack/secrets.ts` names it. */
const secretsFile = "secrets.json";

const AskedSchema = v.object({ number: v.number(), order: OrderSchema });

let runtime: ReturnType<typeof startRuntime> | null = null;
let settings: RuntimeSettings | null = null;

// Once the parent is gone nobody reads this, and that must not end us before the runtime has ended.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});

process.once("SIGTERM", () => void end());
try {
  for await (const line of createInterface({ input: process.stdin })) {
    if (settings === null) {
      settings = v.parse(RuntimeSettingsSchema, JSON.parse(line));
      runtime = startRuntime(settings, fileURLToPath(new URL("edge-worker.mjs", import.meta.url)));
      const url = await runtime.ready;
      say({ ready: true, url: url.origin });
    } else {
      // Not waited for: the end of the input must be seen whatever an order takes.
      void carryOut(v.parse(AskedSchema, JSON.parse(line)));
    }
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await end();
}

async function carryOut({ number, order }: v.InferOutput<typeof AskedSchema>): Promise<void> {
  try {
    await (order.sockets === "kept" ? putToSleep(order.evict) : abort(order.evict));
    say({ done: number, problem: null });
  } catch (error) {
    say({ done: number, problem: messageOf(error) });
  }
}

async function abort(name: string): Promise<void> {
  const rooms = await runtime?.getDurableObjectNamespace("CAPTIONS");
  // It dies of this request, which then has no answer.
  await rooms
    ?.getByName(name)
    .fetch("http://room.test/die")
    .catch((error) => {
      if (!messageOf(error).includes(lastWords)) throw error;
    });
}

/** Waits for whatever is under way in the object, and so never ends while a session runs. */
async function putToSleep(name: string): Promise<void> {
  await runtime?.unsafeEvictDurableObject(worker, roomClass, { name, webSockets: "hibernate" });
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function end(): Promise<void> {
  if (runtime !== null && settings !== null) {
    await endRuntime(runtime, settings);
    // The folder was deleted while we ran, and what we wrote since then must go too. A parent that lives may want to start
    // us again on what is there.
    const folder = dirname(settings.state);
    if (!existsSync(join(folder, secretsFile))) removeTree(folder);
  }
  process.exit();
}
