import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";
import { type Member, MemberSchema } from "../callers.ts";
import { type Pass, PassSchema } from "../room/door/pass.ts";
import { signed, verified } from "../tokens/signature.ts";
import type { SigningKeys } from "../tokens/signing-keys.ts";

/** A room that does not run beside the edge Worker is told by this header alone who asks, and the edge which room asks it. */
export const voucherHeader = "x-captionwire-voucher";

/**
 * For whom a voucher is: a room, to which the edge vouches for whoever comes, or the edge's list of a tenant's rooms, to which
 * a room vouches for itself. Neither takes the other's, nor a token, nor is any of them taken for a token.
 */
export type VoucherAudience = "captionwire room" | "captionwire registry";

/** What a voucher is good for. */
export type Errand = {
  readonly audience: VoucherAudience;
  /** The room's object, `{tenant}/{room}`. */
  readonly name: string;
  readonly method: string;
  /** Of `roomPaths`, or the registry's operation. */
  readonly path: string;
};

/** Who comes, as the edge has found out; nobody but the tenant itself, or the room, comes without a pass. */
export type Bearer =
  | { readonly kind: "member"; readonly member: Member }
  | { readonly kind: "visitor"; readonly pass: Pass }
  | { readonly kind: "house" };

const lifeSeconds = 60;

const ClaimsSchema = v.object({
  sub: v.string(),
  exp: v.number(),
  errand: v.string(),
  bearer: v.variant("kind", [
    v.object({ kind: v.literal("member"), member: MemberSchema }),
    v.object({ kind: v.literal("visitor"), pass: PassSchema }),
    v.object({ kind: v.literal("house") }),
  ]),
});

/**
 * Vouches for `bearer` on one errand for a minute, with the first of the keys. It may be shown again within that time: what is
 * good once, such as a ticket, is spent in the room. Under 2 kB, as a bearer holds a token's id and a page's origin at most.
 */
export function makeVoucher(errand: Errand, bearer: Bearer, keys: SigningKeys): Promise<string> {
  const exp = Math.floor(Date.now() / 1_000) + lifeSeconds;
  const claims = { sub: errand.name, exp, errand: nameOf(errand), bearer };
  return signed(claims, errand.audience, keys);
}

/**
 * Who comes on this errand. Throws `unauthenticated` without a voucher, and `token_invalid` for one that is not ours, has ended,
 * or is for something else.
 */
export async function checkVoucher(
  voucher: string | null,
  errand: Errand,
  keys: SigningKeys,
): Promise<Bearer> {
  if (voucher === null) throw new CaptionwireError("unauthenticated");
  // An end that was left out would be none.
  const claims = v.safeParse(ClaimsSchema, await payloadOf(voucher, errand, keys));
  if (!claims.success) throw new CaptionwireError("token_invalid");
  const { sub, errand: named, bearer } = claims.output;
  if (sub !== errand.name || named !== nameOf(errand)) throw new CaptionwireError("token_invalid");
  return bearer;
}

async function payloadOf(voucher: string, { audience }: Errand, keys: SigningKeys): Promise<unknown> {
  try {
    return (await verified(voucher, keys, audience)).payload;
  } catch {
    // To come back with a new one is the other side's affair, and not that of the client whose token it is about.
    throw new CaptionwireError("token_invalid");
  }
}

function nameOf({ method, path }: Errand): string {
  return `${method} ${path}`;
}
