import * as v from "valibot";
import { RoomsSchema } from "../party/bridge/rooms.ts";
import { type Provider, ProviderSchema, parseProvider } from "../party/provider.ts";
import { type Tenants, TenantsSchema, tenantsOf } from "../party/tenant/settings.ts";
import { type SigningKeys, SigningKeysSchema, signingKeysOf } from "../party/tokens/signing-keys.ts";
import { TenantNameSchema } from "../shared/claims.ts";
import { CaptionwireError } from "../shared/errors.ts";
import { timing } from "../shared/limits.ts";
import type { Patience } from "./speak/pipeline/ports.ts";

/** Who may mint tokens. The key itself is stored nowhere: only its SHA-256. */
const ApiKeySchema = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  tenant: TenantNameSchema,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type ApiKey = Readonly<v.InferOutput<typeof ApiKeySchema>>;

function milliseconds(usual: number) {
  const schema = v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number), v.minValue(1));
  return v.optional(schema, String(usual));
}

const EnvSchema = v.object({
  ...ProviderSchema.entries,
  ...SigningKeysSchema.entries,
  ...TenantsSchema.entries,
  ...RoomsSchema.entries,
  API_KEYS: v.pipe(v.string(), v.parseJson(), v.array(ApiKeySchema), v.minLength(1)),
  /** "true" only on a laptop: lets the pages on loopback mint their own tokens. */
  LOCAL_PAGES: v.optional(v.picklist(["true", "false"]), "false"),
  /** Whether the provider may be sent to fetch a text from an address that a client names. */
  SPEAK_URL_BODIES: v.optional(v.picklist(["true", "false"]), "false"),
  /** Whether spoken chunks are kept and spoken again: not at all, for the same tenant, or for all. */
  SPEAK_CACHE: v.optional(v.picklist(["off", "tenant", "shared"]), "off"),
  SPEAK_FIRST_BYTE_MS: milliseconds(timing.speakFirstByteMs),
  SPEAK_IDLE_MS: milliseconds(timing.speakIdleMs),
});

export type Config = {
  readonly provider: Provider;
  readonly signingKeys: SigningKeys;
  readonly tenants: Tenants;
  /** Durable Objects of this Worker, or at another address. */
  readonly rooms: "here" | "elsewhere";
  readonly apiKeys: readonly ApiKey[];
  readonly localPages: boolean;
  readonly speakPatience: Patience;
  readonly speakCache: "off" | "tenant" | "shared";
  readonly speakUrlBodies: boolean;
};

const parsed = new WeakMap<object, Config>();

/**
 * The Worker's settings, parsed once an isolate. Throws `not_configured`, and logs the name of what is wrong (never
 * its value), so that nothing protected is served by a Worker without keys.
 */
export function configOf(env: object): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = v.safeParse(EnvSchema, env);
  if (!result.success) {
    const wrong = result.issues.map((issue) => `${v.getDotPath(issue) ?? "?"}: ${issue.type}`);
    console.error({ event: "not_configured", wrong });
    throw new CaptionwireError("not_configured");
  }
  const config: Config = {
    provider: parseProvider(result.output),
    signingKeys: signingKeysOf(result.output),
    tenants: tenantsOf(result.output),
    rooms: result.output.ROOMS_URL === undefined ? "here" : "elsewhere",
    apiKeys: result.output.API_KEYS,
    localPages: result.output.LOCAL_PAGES === "true",
    speakPatience: {
      firstByteMs: result.output.SPEAK_FIRST_BYTE_MS,
      idleMs: result.output.SPEAK_IDLE_MS,
      busyFirstMs: timing.speakBusyFirstMs,
      busyMs: timing.speakBusyMs,
    },
    speakCache: result.output.SPEAK_CACHE,
    speakUrlBodies: result.output.SPEAK_URL_BODIES === "true",
  };
  parsed.set(env, config);
  return config;
}
