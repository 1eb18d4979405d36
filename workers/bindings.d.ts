/** The bindings of wrangler.toml. Variables and secrets are `unknown` here: `env.ts` parses them, once. */
declare namespace Cloudflare {
  interface Env {
    readonly CAPTIONS: DurableObjectNamespace<import("../party/server.ts").CaptionRoom>;
    readonly SPEAK_LOG: DurableObjectNamespace<import("./speak/log/log.ts").SpeakLog>;
    readonly SPEAK_RATE: RateLimit;
    readonly ASSETS: Fetcher;
  }
}
