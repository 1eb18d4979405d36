import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Service } from "../api.ts";
import { startEngine } from "../stack/engine.ts";
import { startStack } from "../stack/stack.ts";
import { createScreen } from "../terminal/screen.ts";
import { createSteps } from "../terminal/steps.ts";
import { deepgramOf, type Given, type Named, namedTarget } from "./keys.ts";

/** Who turns speech into words on Deepgram's protocol: the embedded engine, or Deepgram. */
export type Provider = Named;

/** The engine lets in any credential when it was given no key. */
const anyKey = "any";

/** Rooms alone, for which an address and a key may be given. */
export async function findService(given: Given): Promise<{ service: Service; close(): Promise<void> }> {
  const address = namedTarget(given);
  if (address !== null) return { service: address, close: async () => {} };
  const { service, close } = await startTargets();
  return { service, close };
}

/** Speech-to-text alone, for which an address and a key may be given. */
export async function findProvider(given: Given): Promise<{ provider: Provider; close(): Promise<void> }> {
  const address = namedTarget(given);
  if (address !== null) return { provider: address, close: async () => {} };
  const deepgram = deepgramOf();
  if (deepgram !== null) return { provider: deepgram, close: async () => {} };
  const engine = await showing((steps) => {
    const step = steps.step("Speech engine");
    return step.during(
      () => startEngine(temporaryFolder(), step.note),
      () => "ready",
    );
  });
  void engine.exited.then(({ expected, message }) => {
    if (!expected) crash(message);
  });
  return { provider: { url: engine.url, apiKey: anyKey }, close: engine.stop };
}

/** Rooms, and the speech-to-text behind them. */
export async function startTargets(): Promise<{
  service: Service;
  provider: Provider;
  close(): Promise<void>;
}> {
  const deepgram = deepgramOf();
  const stack = await showing((steps) =>
    startStack({
      port: 0,
      folder: temporaryFolder(),
      deepgramApiKey: deepgram?.apiKey,
      progress: steps,
      onCrash: crash,
    }),
  );
  const provider = deepgram ?? { url: stack.engineUrl ?? "", apiKey: anyKey };
  return { service: stack, provider, close: stack.close };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-measured-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function showing<T>(work: (steps: ReturnType<typeof createSteps>) => Promise<T>): Promise<T> {
  const steps = createSteps(createScreen(process.stderr));
  try {
    return await work(steps);
  } finally {
    steps.settle();
  }
}

function crash(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
