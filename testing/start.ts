import { messageOf, UserError } from "../cli/errors.ts";
import { speakRaw } from "../cli/speech.ts";
import { startEngine } from "../cli/stack/engine.ts";
import type { FloodLimits } from "../cli/stack/worker.ts";
import type { TokenRequest } from "../shared/claims.ts";
import { type CutProxy, startCutProxy } from "./cut-proxy.ts";
import { type Edge, startEdge } from "./edge.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { keepLogs, newFolder, removeFolder } from "./folder.ts";
import {
  openPublisher,
  type Publisher,
  type PublisherOptions,
  type SpeakingPublisher,
  speaking,
  type Voice,
} from "./publisher.ts";
import { assertRunnable } from "./runnable.ts";
import { type RunningUpstream, type ScriptedUpstream, startScriptedUpstream } from "./upstream/scripted.ts";
import type { ScriptedSocket } from "./upstream/socket.ts";
import { openViewer, type Rooms, type Viewer } from "./viewer.ts";

export type StartOptions = {
  /**
   * Who recognises speech. `engine` (the default): the embedded speech engine, with real speech both ways; `scripted`: nobody,
   * and the test says what is heard, to the frame.
   */
  readonly upstream?: "engine" | "scripted";
  /** Variables of the Worker, over those it has here: `{ TENANTS: "…" }`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Limits against floods: `off` (the default), `deployed` as in production, or so many requests by the limit's name. */
  readonly floodLimits?: FloodLimits;
};

/**
 * Captionwire on this machine, for a test: the Worker and its rooms in the Workers runtime, on a port and in a folder of its
 * own. Any number may run side by side. It ends with `close()`, with `await using`, and with the process that started it.
 */
export type Captionwire = {
  /** `http://127.0.0.1:…`, for the app under test. */
  readonly url: string;
  /** Mints tokens at `POST /v1/tokens`, for an app that does that on its server. Its tenant is `local`. */
  readonly apiKey: string;
  /** Holds `logs/worker.log` and `logs/engine.log` until the end. */
  readonly folder: string;
  /** A token as the service makes it; `ttl` in seconds, 60 for rooms unless given. Rejects with the service's reason. */
  token(request: TokenRequest): Promise<string>;
  /** Reads along in a room; settles with the first frame. Makes the room when there is none. */
  viewer(room: string): Promise<Viewer>;
  readonly faults: Faults;
  /**
   * Ends everything it has made, viewers and publishers included, and deletes the folder. Once is enough. What is still
   * opening rejects, and so does whatever is asked of it afterwards.
   */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** With the embedded engine: publishers have a voice. */
export type SpeakingCaptionwire = Captionwire & {
  /** Speaks in a room; settles once it is accepted. */
  publisher(room: string, options?: PublisherOptions): Promise<SpeakingPublisher>;
};

/** With a script: publishers bring the audio, the test says what is heard in it. */
export type ScriptedCaptionwire = Captionwire & {
  readonly upstream: ScriptedUpstream;
  /** Brings audio into a room; settles once it is accepted. */
  publisher(room: string, options?: PublisherOptions): Promise<Publisher>;
};

/** The tenant of a stack's own key. */
const tenant = "local";

/**
 * Starts Captionwire and settles when it answers, about 1.5 s with a script, 3 s with the engine; the first start after a change
 * of its sources builds the Worker and the pages besides. Rejects with what failed; then nothing is left running, and of the
 * folder only the logs, which the error names.
 */
export function startCaptionwire(
  options: StartOptions & { readonly upstream: "scripted" },
): Promise<ScriptedCaptionwire>;
export function startCaptionwire(
  options?: StartOptions & { readonly upstream?: "engine" },
): Promise<SpeakingCaptionwire>;
export async function startCaptionwire({
  upstream = "engine",
  ...options
}: StartOptions = {}): Promise<ScriptedCaptionwire | SpeakingCaptionwire> {
  assertRunnable();
  const scripted = upstream === "scripted" ? await startScriptedUpstream() : null;
  const parts = await startParts(options, scripted);
  const { cw, rooms } = captionwire(parts, scripted?.upstream.sockets ?? []);
  if (scripted !== null) {
    const publisher = (room: string, how?: PublisherOptions) => openPublisher(rooms, room, how);
    return Object.assign(cw, { upstream: scripted.upstream, publisher });
  }
  const voice = voiceOf(rooms);
  return Object.assign(cw, {
    publisher: async (room: string, how?: PublisherOptions) =>
      speaking(await openPublisher(rooms, room, how), voice),
  });
}

type Parts = { readonly edge: Edge; readonly wire: CutProxy; close(): Promise<void> };

/** The engine reads its models while the Worker starts: the Worker knows it by the wire between them. */
async function startParts(options: StartOptions, scripted: RunningUpstream | null): Promise<Parts> {
  let providerUrl = scripted?.url ?? "";
  const folder = newFolder();
  const wire = await startCutProxy(() => providerUrl);
  const [engine, edge] = await Promise.allSettled([
    scripted === null ? startEngine(folder, () => {}) : null,
    startEdge({ ...options, providerUrl: wire.url }, folder),
  ]);
  const end = async (): Promise<void> => {
    if (edge.status === "fulfilled") await edge.value.close();
    if (engine.status === "fulfilled") await engine.value?.stop();
    await wire.close();
    await scripted?.close();
  };
  if (engine.status === "fulfilled" && edge.status === "fulfilled") {
    providerUrl = engine.value?.url ?? providerUrl;
    const close = () => end().finally(() => removeFolder(folder));
    return { edge: edge.value, wire, close };
  }
  await end();
  const failed = [engine, edge].filter((result) => result.status === "rejected");
  const reason = failed.map((result) => messageOf(result.reason)).join("\n\n");
  const logs = keepLogs(folder);
  throw new UserError(logs === null || reason.includes(logs) ? reason : `${reason}\nIts logs: ${logs}`);
}

function captionwire({ edge, wire, close }: Parts, sockets: readonly ScriptedSocket[]) {
  const ending = new AbortController();
  const rooms = roomsOf(edge, ending.signal);
  let closing: Promise<void> | null = null;
  const end = (): Promise<void> => {
    ending.abort(new Error("This Captionwire is closed. Start another one with startCaptionwire()."));
    closing ??= close();
    return closing;
  };
  const cw: Captionwire = {
    url: edge.url,
    apiKey: edge.apiKey,
    folder: edge.folder,
    token: rooms.token,
    viewer: (room) => openViewer(rooms, room),
    faults: faultsOf(edge, rooms, wire, tenant, sockets),
    close: end,
    [Symbol.asyncDispose]: end,
  };
  return { cw, rooms };
}

/** Whatever fails because the end came says that it came. */
function roomsOf({ url, token }: Edge, closed: AbortSignal): Rooms & { readonly closed: AbortSignal } {
  return {
    url,
    closed,
    async token(request) {
      closed.throwIfAborted();
      return token(request).catch((error) => {
        closed.throwIfAborted();
        throw error;
      });
    },
  };
}

/** The engine's voice through the Worker, each text once. */
function voiceOf(rooms: Rooms): Voice {
  const spoken = new Map<string, Promise<Uint8Array>>();
  return (text, sampleRate) => {
    const key = `${sampleRate} ${text}`;
    const made = spoken.get(key) ?? speakThrough(rooms, text, sampleRate);
    spoken.set(key, made);
    return made;
  };
}

async function speakThrough(rooms: Rooms, text: string, sampleRate: number): Promise<Uint8Array> {
  const token = await rooms.token({ scopes: ["speak"] });
  const speaker = { url: rooms.url, model: "aura-2-thalia-en", authorization: `Bearer ${token}` };
  return (await speakRaw(speaker, text, sampleRate)).data;
}
