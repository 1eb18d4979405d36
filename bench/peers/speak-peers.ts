import { startStack } from "../../test/support/stack.ts";
import { named } from "../load/proc.ts";
import type { PacedVoice } from "../load/voice.ts";
import { peerVersion } from "./import-peer.ts";
import { startPeer } from "./peers.ts";

/** Who answers `POST /v1/speak`, as a benchmark sees it. */
export type SpeakPeer = {
  readonly name: string;
  readonly url: string;
  /** Those of one more request. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The processes that do its work, and no others. */
  pids(): readonly number[];
  /** As new. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

export type Surroundings = { readonly folder: string; readonly voice: PacedVoice };

const providerKey = "provider-key";
const toProvider = { authorization: `Token ${providerKey}` };
/** A token may ask for so much a minute and no more; an app's listeners have one each. */
const requestsPerToken = 50;
const tokenSeconds = 60 * 60;

/** The provider itself. */
export function direct({ voice }: Surroundings): SpeakPeer {
  return {
    name: "direct",
    url: voice.url,
    headers: async () => toProvider,
    pids: () => [],
    restart: async () => {},
    close: async () => {},
  };
}

/** The product as it is served: the bundled Worker on Miniflare's interface. */
export async function startCaptionwireSpeak({ voice }: Surroundings): Promise<SpeakPeer> {
  const before = named(process.pid, "workerd");
  const stack = await startStack({ engineUrl: voice.url, providerUrl: voice.url });
  const own = (): number[] => named(process.pid, "workerd").filter((pid) => !before.includes(pid));
  let pids = own();
  let token = "";
  let uses = 0;
  return {
    name: "Captionwire",
    url: stack.url,
    async headers() {
      if (uses % requestsPerToken === 0) token = await stack.token({ scopes: ["speak"], ttl: tokenSeconds });
      uses += 1;
      return { authorization: `Bearer ${token}` };
    },
    pids: () => pids,
    async restart() {
      before.push(...named(process.pid, "workerd").filter((pid) => !pids.includes(pid)));
      await stack.restartWorker();
      pids = own();
    },
    close: () => stack.close(),
  };
}

/** A Worker that hands request and answer on as they are. */
export async function startBareWorker(around: Surroundings): Promise<SpeakPeer> {
  const bindings = { UPSTREAM: around.voice.url, KEY: providerKey };
  const start = () => startPeer("bare Worker", "bare", { script: "bare-speak.mjs", bindings }, around);
  let child = await start();
  let pids = named(child.pid, "workerd");
  return {
    name: "bare Worker",
    get url() {
      return child.url;
    },
    headers: async () => ({}),
    pids: () => pids,
    async restart() {
      await child.stop();
      child = await start();
      pids = named(child.pid, "workerd");
    },
    close: () => child.stop(),
  };
}

/** `npm ci --prefix bench` installs it. */
export function hasPortkey(): boolean {
  return peerVersion("@portkey-ai/gateway") !== null;
}

/** It knows no Deepgram; a path that it does not know goes to the host it is told as it is. */
export async function startPortkey(around: Surroundings): Promise<SpeakPeer> {
  const start = () => startPeer("Portkey", "portkey", {}, around);
  let child = await start();
  const headers = {
    ...toProvider,
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${around.voice.url}/v1`,
  };
  return {
    name: "Portkey",
    get url() {
      return child.url;
    },
    headers: async () => headers,
    pids: () => [child.pid],
    async restart() {
      await child.stop();
      child = await start();
    },
    close: () => child.stop(),
  };
}
