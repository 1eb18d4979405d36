import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { newApiKey, newSigningSecret, sha256Of } from "../../cli/keys/make.ts";
import type { Rooms } from "../../cli/stack/stack.ts";
import type { TokenRequest } from "../../shared/claims.ts";
import { CountingProvider } from "./counting-provider.ts";
import { startStack, type TestStack } from "./stack.ts";

/** Pages that may use the tenant `acme`. */
export const acmeOrigin = "https://app.example";
export const otherOrigin = "https://other.example";

const MintedSchema = v.object({ token: v.string(), id: v.string(), expiresAt: v.number() });
export type Minted = v.InferOutput<typeof MintedSchema>;

export type Ask = {
  readonly method?: string;
  readonly credential?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
};

export type Asked = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of the refusal, in our words or in Deepgram's. */
  readonly code: string | null;
};

const RefusalSchema = v.object({ code: v.optional(v.string()), err_code: v.optional(v.string()) });
const RoomSchema = v.object({
  settings: v.record(v.string(), v.unknown()),
  state: v.string(),
  epoch: v.string(),
  version: v.number(),
  viewers: v.number(),
});

/**
 * A service of two customers, `acme` and `other`, and a small one (`small`, three rooms), before a provider that counts. Every
 * secret that is made for it is remembered: at the end none may be found in the Worker's log.
 */
export class Attacked {
  readonly stack: TestStack;
  readonly provider: CountingProvider;
  readonly secrets = new Set<string>();
  readonly keys: Readonly<Record<"acme" | "other" | "small", string>>;
  readonly signing: { readonly first: string; readonly second: string };
  #earlierLog = "";
  #rooms = 0;

  private constructor(
    stack: TestStack,
    provider: CountingProvider,
    keys: Attacked["keys"],
    signing: Attacked["signing"],
  ) {
    this.stack = stack;
    this.provider = provider;
    this.keys = keys;
    this.signing = signing;
    for (const secret of [provider.key, ...Object.values(keys), ...Object.values(signing)])
      this.secret(secret);
  }

  static async start(
    variables: Readonly<Record<string, string>> = {},
    rooms: Rooms = "worker",
  ): Promise<Attacked> {
    const provider = await CountingProvider.start(`provider-key-${randomUUID()}`);
    const keys = { acme: newApiKey(), other: newApiKey(), small: newApiKey() };
    const signing = { first: newSigningSecret(), second: newSigningSecret() };
    const apiKeys = Object.entries(keys).map(([tenant, key]) => ({
      name: tenant,
      tenant,
      sha256: sha256Of(key),
    }));
    const stack = await startStack(
      {
        engineUrl: provider.url,
        providerUrl: provider.url,
        variables: {
          API_KEYS: JSON.stringify(apiKeys),
          TOKEN_SECRET: signing.first,
          TOKEN_SECRET_OTHER: signing.second,
          DEEPGRAM_API_KEY: provider.key,
          LOCAL_PAGES: "false",
          TENANTS: JSON.stringify({
            acme: { origins: [acmeOrigin, "http://localhost:*"] },
            other: { origins: [otherOrigin] },
            small: { maxRooms: 3 },
          }),
          ...variables,
        },
      },
      rooms,
    );
    return new Attacked(stack, provider, keys, signing);
  }

  get url(): string {
    return this.stack.url;
  }

  /** The name of a room that nobody has named before. */
  newRoom(prefix: string): string {
    this.#rooms += 1;
    return `${prefix}-${this.#rooms}`;
  }

  /** Remembered; answered as it is. */
  secret(text: string): string {
    this.secrets.add(text);
    return text;
  }

  async ask(path: string, { method = "GET", credential, headers, body }: Ask = {}): Promise<Asked> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    // A stream of events has no end: its headers say enough.
    if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) {
      await response.body?.cancel();
      return { status: response.status, headers: response.headers, text: "", code: null };
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, code: codeIn(text) };
  }

  async minted(request: TokenRequest, apiKey = this.keys.acme): Promise<Minted> {
    const { status, text } = await this.ask("/v1/tokens", {
      method: "POST",
      credential: apiKey,
      body: request,
    });
    if (status !== 200) throw new Error(`No token was made: ${status} ${text}`);
    const minted = v.parse(MintedSchema, JSON.parse(text));
    this.secret(minted.token);
    return minted;
  }

  async token(request: TokenRequest, apiKey = this.keys.acme): Promise<string> {
    return (await this.minted(request, apiKey)).token;
  }

  revoke(target: unknown, apiKey = this.keys.acme): Promise<Asked> {
    return this.ask("/v1/revocations", { method: "POST", credential: apiKey, body: target });
  }

  /** What the room is, for comparing; by a token of its own, which is not counted among the viewers. */
  async roomState(room: string, apiKey = this.keys.acme) {
    const credential = await this.token({ scopes: ["rooms:admin"], room }, apiKey);
    const { status, text } = await this.ask(`/v1/rooms/${room}`, { credential });
    return status === 200 ? v.parse(RoomSchema, JSON.parse(text)) : { status };
  }

  /** Makes the room, with these settings. */
  async makeRoom(room: string, settings: object = {}, apiKey = this.keys.acme): Promise<void> {
    const credential = await this.token({ scopes: ["rooms:admin"], room }, apiKey);
    const { status, text } = await this.ask(`/v1/rooms/${room}`, {
      method: "PUT",
      credential,
      body: settings,
    });
    if (status !== 200) throw new Error(`The room was not made: ${status} ${text}`);
  }

  async killAndRestart(): Promise<void> {
    await this.stack.killWorker();
    await sleep(100); // the last lines are on their way to the file
    this.#earlierLog += this.#currentLog();
    await this.stack.restartWorker();
  }

  /** All that was logged, also before a restart. */
  log(): string {
    return this.#earlierLog + this.#currentLog();
  }

  #currentLog(): string {
    return readFileSync(join(this.stack.folder, "logs", "worker.log"), "utf8");
  }

  /** Secrets that are in the log; the empty list, unless something is very wrong. */
  leaked(): string[] {
    const log = this.log();
    // Of a token the signature is enough to tell it by, should it be logged in part.
    return [...this.secrets].filter((secret) => log.includes(secret) || log.includes(secret.slice(-40)));
  }

  async close(): Promise<void> {
    await this.stack.close();
    await this.provider.close();
  }
}

function codeIn(text: string): string | null {
  try {
    const read = v.safeParse(RefusalSchema, JSON.parse(text));
    return read.success ? (read.output.code ?? read.output.err_code ?? null) : null;
  } catch {
    return null;
  }
}
