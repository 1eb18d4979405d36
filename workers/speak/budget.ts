import type { Grant } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { requireStanding } from "../tokens/standing.ts";
import { badPayload } from "./refusal.ts";
import type { SpeakBody } from "./request/body.ts";

/** What a request has paid for. */
export type Budget = {
  /** Gives back what the provider was not asked for. Only the first call counts. */
  settle(charactersAsked: number): Promise<void>;
};

const unlimited: Budget = { settle: async () => {} };

/**
 * Pays for a text before a character of it is asked of the provider, where the token says how many there are. Exact: the
 * tenant's object counts. Throws `token_revoked`, `cap_reached`, or a `SpeakRefusal` for a text that cannot be counted.
 */
export async function pay(env: Cloudflare.Env, grant: Grant, body: SpeakBody): Promise<Budget> {
  const { tenant, id, issuedAt, expiresAt, maxChars } = grant;
  if (maxChars === undefined) return unlimited;
  if (body.kind === "url") throw badPayload("A token with a cap speaks texts, not urls.");
  const { characters } = body;
  const object = env.TENANT.getByName(tenant);
  const outcome = await object.spend({ tokenId: id, issuedAt, expiresAt, characters, maxChars });
  switch (outcome) {
    case "revoked":
      throw new CaptionwireError("token_revoked");
    case "expired":
      throw new CaptionwireError("token_expired");
    case "used_up":
      throw new CaptionwireError("cap_reached", "The token does not allow so many characters any more.");
    case "paid": {
      let held = characters;
      return {
        async settle(charactersAsked) {
          const rest = Math.max(0, held - charactersAsked);
          held = 0;
          if (rest > 0) await object.giveBack(id, rest);
        },
      };
    }
    default:
      return outcome satisfies never;
  }
}

/** For tokens without a cap, whose revocation nobody else looks at. */
export async function requireGood(env: Cloudflare.Env, grant: Grant): Promise<void> {
  if (grant.maxChars === undefined) await requireStanding(env, grant);
}
