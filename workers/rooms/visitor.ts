import type { Context } from "hono";
import type { Pass } from "../../party/room/door/pass.ts";
import { anonymousPass, passOf } from "../../party/tokens/grant.ts";
import type { Scope } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import type { App } from "../http/app.ts";
import { pageOrigin, requireKnownOrigin } from "../http/origin.ts";
import { countUse, requireGrant } from "../tokens/credentials.ts";

/** Who comes to a room, and by what right. */
export type Visitor = {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly pass: Pass;
};

type Need = { readonly scope: Scope | readonly Scope[]; readonly room: string };

/**
 * Checks whoever wants something of a room: by a token, or without one where reading is enough, which the room then allows
 * if it is public. Throws like `requireGrant`, or `rate_limited`.
 *
 * @param origin of the page that asks, where the request does not say
 */
export async function visitorOf(
  c: Context<App>,
  secret: string | null,
  need: Need,
  origin: string | null = pageOrigin(c),
): Promise<Visitor> {
  const mayBeAnybody = [need.scope].flat().includes("captions:view");
  if (secret === null && mayBeAnybody) return anybody(c);
  const grant = await requireGrant(c, secret, need, origin);
  await countUse(c, grant);
  return { tenant: grant.tenant, scopes: grant.scopes, pass: passOf(grant, origin) };
}

/** The one tenant of this Worker; `null`: it serves several. */
export function onlyTenant(c: Context<App>): string | null {
  const [tenant, ...others] = new Set(c.var.config.apiKeys.map(({ tenant }) => tenant));
  return tenant === undefined || others.length > 0 ? null : tenant;
}

/** Whose room it is says the address (`?tenant=`), where that is a question at all; `null`: it says nothing of use. */
export function tenantAsked(c: Context<App>): string | null {
  const asked = c.req.query("tenant") ?? onlyTenant(c);
  return c.var.config.apiKeys.some(({ tenant }) => tenant === asked) ? asked : null;
}

/** Whoever comes without a token, to a room that has to be public. Throws `unauthenticated` or `origin_forbidden`. */
export function anybody(c: Context<App>): Visitor {
  const tenant = tenantAsked(c);
  if (tenant === null) throw new CaptionwireError("unauthenticated");
  c.set("tenant", tenant);
  requireKnownOrigin(c, tenant);
  return { tenant, scopes: ["captions:view"], pass: anonymousPass(pageOrigin(c)) };
}
