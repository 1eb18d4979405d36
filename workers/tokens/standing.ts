import { isRevoked, type Standing } from "../../party/room/door/standing.ts";
import type { Grant } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { timing } from "../../shared/limits.ts";

/** What this isolate was told of a tenant's revocations, and when it asked. */
type Lease = { readonly standing: Standing; readonly askedAt: number };

const leases = new Map<string, Lease>();
const leasesMax = 1_000;

/**
 * Throws `token_revoked`. What the tenant's object says is believed for `timing.standingLeaseMs`, which a revocation waits out
 * before it is answered: so nothing that was revoked is good after the answer, and most requests ask nobody.
 */
export async function requireStanding(env: Cloudflare.Env, grant: Grant): Promise<void> {
  const { standing } = leaseOf(grant.tenant) ?? (await newLease(env, grant.tenant));
  if (isRevoked(standing, { tokenId: grant.id, issuedAt: grant.issuedAt })) {
    throw new CaptionwireError("token_revoked");
  }
}

/** The same for what is under way; where the tenant cannot be asked, by what it last said. */
export async function isInGoodStanding(env: Cloudflare.Env, grant: Grant): Promise<boolean> {
  try {
    await requireStanding(env, grant);
    return true;
  } catch (error) {
    if (error instanceof CaptionwireError) return false;
    const last = leases.get(grant.tenant)?.standing;
    return last === undefined || !isRevoked(last, { tokenId: grant.id, issuedAt: grant.issuedAt });
  }
}

/** What this isolate itself has revoked it need not wait for. */
export function forgetStanding(tenant: string): void {
  leases.delete(tenant);
}

function leaseOf(tenant: string): Lease | null {
  const lease = leases.get(tenant);
  if (lease === undefined) return null;
  const ageMs = Date.now() - lease.askedAt;
  return ageMs >= 0 && ageMs < timing.standingLeaseMs ? lease : null;
}

async function newLease(env: Cloudflare.Env, tenant: string): Promise<Lease> {
  // Counted from before it asks, as the tenant counts from when it is asked.
  const askedAt = Date.now();
  const lease = { standing: await env.TENANT.getByName(tenant).standing(), askedAt };
  leases.delete(tenant);
  const oldest = leases.size < leasesMax ? undefined : leases.keys().next().value;
  if (oldest !== undefined) leases.delete(oldest);
  leases.set(tenant, lease);
  return lease;
}
