import type { Grant } from "../../shared/claims.ts";
import type { Config } from "../env.ts";

/** What every route of the Worker is given: its bindings, and what middleware before it has found out. */
export type App = {
  Bindings: Cloudflare.Env;
  Variables: {
    config: Config;
    requestId: string;
    /** Whose token or key was shown, once that is known. */
    tenant?: string;
    /** There behind `requireGrant` alone. */
    grant: Grant;
    /** Of a request to speak: settles when it may go on. */
    checks: Promise<void>;
  };
};
