/** The bindings of wrangler.toml. Variables and secrets are `unknown` here: `env.ts` parses them, once. */
declare namespace Cloudflare {
  interface Env {
    readonly CAPTIONS: DurableObjectNamespace<import("../party/server.ts").CaptionRoom>;
    readonly SPEAK_LOG: DurableObjectNamespace<import("./speak/log/log.ts").SpeakLog>;
    readonly TENANT: DurableObjectNamespace<import("../party/tenant/tenant.ts").Tenant>;
    readonly FLOOD_RATE: RateLimit;
    readonly TOKEN_RATE: RateLimit;
    readonly SPEAK_RATE: RateLimit;
    readonly ASSETS: Fetcher;
    /** Where it is bound. */
    readonly STATS?: AnalyticsEngineDataset;
  }
}
