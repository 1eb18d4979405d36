import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { keyFile, readKeys } from "../keys/file.ts";
import { buildWorker } from "./bundle.ts";
import type { Child } from "./child.ts";
import { startEngine } from "./engine.ts";
import { buildPages } from "./pages.ts";
import { assertPortFree, freePort } from "./port.ts";
import type { Progress } from "./progress.ts";
import { startRooms } from "./rooms.ts";
import { apiKeyList, localSecrets } from "./secrets.ts";
import { type FloodLimits, startWorker } from "./worker.ts";

export type StackOptions = {
  /** 0 takes a free one. */
  readonly port: number;
  /** Holds secrets, rooms and logs of this stack. */
  readonly folder: string;
  /** Deepgram's key; without one the embedded engine does the work. */
  readonly deepgramApiKey: string | undefined;
  /** Where the provider is, when that is neither Deepgram nor an engine of this stack's own. */
  readonly providerUrl?: string;
  /** Where rooms live: in the Worker unless it is said, in PartyKit's runtime, or at a host that runs already. */
  readonly rooms?: Rooms;
  /** Variables and secrets of the Worker, over those that this stack gives it. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `off` unless asked for. */
  readonly floodLimits?: FloodLimits;
  /** The program that runs the Worker, where that is not the usual one. */
  readonly workerScript?: string;
  readonly progress: Progress;
  /** A part ended by itself; the stack is of no more use. */
  readonly onCrash?: (message: string) => void;
};

export type Rooms = "worker" | "partykit" | { readonly url: string };

export type Stack = {
  readonly url: string;
  readonly apiKey: string;
  /** Where rooms are, when they are not in the Worker. */
  readonly roomsUrl: string | null;
  /** This stack's own engine; null when another provider does the work. */
  readonly engineUrl: string | null;
  /** Stops the Worker in order and starts it again on the same port and storage. Also after `killWorker`. */
  restartWorker(): Promise<void>;
  /** Gives the Worker's program an order, where `workerScript` takes any. */
  orderWorker(order: unknown): Promise<void>;
  /** SIGKILL, as a crash would. */
  killWorker(): Promise<void>;
  close(): Promise<void>;
};

/** An app under development is served from another port of the same machine. */
const localTenants = JSON.stringify({
  local: { origins: ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"] },
});

/** The whole product on this machine, as processes: engine, pages, Worker, and PartyKit where rooms live there. On failure nothing is left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  await assertPortFree(options.port);
  mkdirSync(options.folder, { recursive: true });
  const { apiKey, tokenSecret } = localSecrets(options.folder);
  const apiKeys = apiKeyList(apiKey, readKeys(keyFile(options.folder)));
  const children = new Set<Child>();
  const keep = (child: Child): Child => {
    children.add(child);
    void child.exited.then(({ expected, message }) => {
      children.delete(child);
      if (!expected) options.onCrash?.(message);
    });
    return child;
  };
  const close = async (): Promise<void> => {
    await Promise.all([...children].map((child) => child.stop()));
  };

  const { progress, deepgramApiKey, providerUrl } = options;
  const engineStep = progress.step("Speech engine");
  const built = await Promise.allSettled([
    deepgramApiKey === undefined && providerUrl === undefined
      ? engineStep.during(
          async () => keep(await startEngine(options.folder, engineStep.note)),
          () => "ready",
        )
      : null,
    progress.step("Pages").during(buildPages, String),
    progress.step("Worker").during(buildWorker, String),
  ]);
  const failed = built.filter((result) => result.status === "rejected").map((result) => result.reason);
  if (failed.length > 0) {
    await close();
    throw failed.length === 1 ? failed[0] : new UserError(failed.map((error) => error.message).join("\n\n"));
  }
  const engine = built[0].status === "fulfilled" ? built[0].value : null;
  const baseUrl = providerUrl ?? engine?.url;

  const variables = {
    API_KEYS: apiKeys,
    TOKEN_SECRET: tokenSecret,
    DEEPGRAM_API_KEY: deepgramApiKey ?? "embedded-engine",
    LOCAL_PAGES: "true",
    TENANTS: localTenants,
    ...(baseUrl === undefined ? {} : { DEEPGRAM_BASE_URL: baseUrl }),
    ...options.variables,
  };
  const rooms = async (edgePort: number): Promise<string | null> => {
    const where = options.rooms ?? "worker";
    if (where === "worker") return null;
    if (where !== "partykit") return where.url;
    const settings = { port: await freePort(), edgeUrl: `http://127.0.0.1:${edgePort}`, variables };
    const step = progress.step("Rooms");
    return (
      await step.during(
        async () => keep(await startRooms(options.folder, settings)),
        () => "ready, in PartyKit",
      )
    ).url;
  };

  const start = async (port: number, roomsUrl: string | null): Promise<Child> =>
    keep(
      await startWorker(
        options.folder,
        {
          port,
          state: join(options.folder, "state"),
          floodLimits: options.floodLimits ?? "off",
          bindings: { ...variables, ...(roomsUrl === null ? {} : { ROOMS_URL: roomsUrl }) },
        },
        options.workerScript,
      ),
    );

  try {
    // Each has to know where the other is before it starts.
    const firstPort = options.rooms === "partykit" && options.port === 0 ? await freePort() : options.port;
    const roomsUrl = await rooms(firstPort);
    let worker = await start(firstPort, roomsUrl);
    const url = worker.url;
    const port = Number(new URL(url).port);
    await answers(url);
    return {
      url,
      apiKey,
      roomsUrl,
      engineUrl: engine?.url ?? null,
      async restartWorker() {
        await worker.stop();
        worker = await start(port, roomsUrl);
        await answers(url);
      },
      orderWorker: (order) => worker.ask(order),
      killWorker: () => worker.kill(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ready means that the Worker itself answers, not only that the port is open. */
async function answers(url: string): Promise<void> {
  const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(20_000) });
  const body = await response.text();
  if (!response.ok) throw new UserError(`The Worker started but is not healthy: ${response.status} ${body}`);
}
