import { join } from "node:path";
import { mintToken } from "../../../cli/api.ts";
import { newApiKey, sha256Of } from "../../../cli/keys/make.ts";
import { localSecrets } from "../../../cli/stack/secrets.ts";
import type { TokenRequest } from "../../../shared/claims.ts";
import { startStack, type TestStack } from "../../support/stack.ts";
import { type Bearer, bearers } from "./case.ts";
import { bystanderRoom } from "./paths.ts";
import { startProvider } from "./provider.ts";

/** A Worker with three tenants: strangers have tokens of `guest`, the key of `doomed`, and little of `bystander`. */
export type Service = {
  readonly url: string;
  readonly port: number;
  /** For what must not be touched: its tokens open the bystander's room. */
  readonly bystander: TestStack;
  readonly doomedKey: string;
  /** Of a guest who may look into every room. */
  readonly inspector: string;
  readonly logFile: string;
  /** What must stand in no log, and in no answer either but where it is handed out. */
  readonly secrets: readonly string[];
  token(of: Bearer, slot: number): string;
  ticket(role: "viewer" | "publisher", room: string): Promise<string>;
  close(): Promise<void>;
};

const ttl = 7200;
/** One token may speak only so often a minute. */
const speakers = 60;

const requests: Record<
  Bearer,
  { readonly tenant: "guest" | "doomed" | "bystander"; readonly request: TokenRequest }
> = {
  admin: {
    tenant: "guest",
    request: { scopes: ["captions:view", "captions:publish", "captions:edit", "rooms:admin"], ttl },
  },
  viewer: { tenant: "guest", request: { scopes: ["captions:view"], ttl } },
  publisher: { tenant: "guest", request: { scopes: ["captions:publish"], ttl } },
  editor: { tenant: "guest", request: { scopes: ["captions:edit"], ttl } },
  speaker: { tenant: "guest", request: { scopes: ["speak"], ttl } },
  provider: { tenant: "guest", request: { scopes: ["provider"], ttl } },
  narrow: {
    tenant: "guest",
    request: { scopes: ["captions:view", "captions:publish"], room: "elsewhere", ttl },
  },
  prefixed: { tenant: "guest", request: { scopes: ["captions:view", "rooms:admin"], room: "fuzz-*", ttl } },
  capped: { tenant: "guest", request: { scopes: ["captions:view"], room: "fuzz-1", maxConnections: 1, ttl } },
  short: { tenant: "guest", request: { scopes: ["captions:view", "speak"], ttl: 1 } },
  doomed: {
    tenant: "doomed",
    request: { scopes: ["captions:view", "captions:publish", "rooms:admin", "speak"], ttl },
  },
  watcher: { tenant: "bystander", request: { scopes: ["captions:view"], room: bystanderRoom, ttl } },
  neighbour: { tenant: "bystander", request: { scopes: ["speak"], ttl } },
};

export async function startService(): Promise<Service> {
  const provider = await startProvider();
  const keys = { guest: newApiKey(), doomed: newApiKey(), bystander: newApiKey() };
  const providerKey = "the-key-of-the-provider-in-this-run";
  const stack = await startStack({
    engineUrl: provider.url,
    providerUrl: provider.url,
    variables: {
      DEEPGRAM_API_KEY: providerKey,
      API_KEYS: JSON.stringify(
        Object.entries(keys).map(([tenant, key]) => ({ name: tenant, tenant, sha256: sha256Of(key) })),
      ),
      TENANTS: JSON.stringify({
        guest: { origins: ["https://app.example", "http://localhost:*"], maxRooms: 100 },
      }),
      LOCAL_PAGES: "false",
    },
  });
  const mint = (tenant: keyof typeof keys, request: TokenRequest): Promise<string> =>
    mintToken({ url: stack.url, apiKey: keys[tenant] }, request);
  const tokens = new Map<string, string>();
  for (const of of bearers) {
    const { tenant, request } = requests[of];
    for (let slot = 0; slot < (of === "speaker" ? speakers : 1); slot++)
      tokens.set(`${of} ${slot}`, await mint(tenant, request));
  }
  const inspector = await mint("guest", { scopes: ["captions:view"], ttl });
  const all = [...tokens.values(), inspector];
  return {
    url: stack.url,
    port: Number(new URL(stack.url).port),
    bystander: {
      ...stack,
      apiKey: keys.bystander,
      token: (request) => mint("bystander", { ...request, ttl }),
    },
    doomedKey: keys.doomed,
    inspector,
    logFile: join(stack.folder, "logs", "worker.log"),
    secrets: [
      ...Object.values(keys),
      providerKey,
      localSecrets(stack.folder).tokenSecret,
      // What was made of a token has still its signature.
      ...all.map((token) => token.split(".")[2] ?? token),
    ],
    token(of, slot) {
      const token = tokens.get(`${of} ${of === "speaker" ? slot % speakers : 0}`);
      if (token === undefined) throw new Error(`There is no token of ${of}.`);
      return token;
    },
    ticket: (role, room) =>
      mint("guest", {
        scopes: [role === "viewer" ? "captions:view" : "captions:publish"],
        room,
        singleUse: true,
        ttl,
      }),
    async close() {
      await stack.close();
      await provider.close();
    },
  };
}
