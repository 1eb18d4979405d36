import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";
import { type Standing, StandingSchema } from "../room/door/standing.ts";
import type { Registry } from "../tenant/registry.ts";
import type { SigningKeys } from "../tokens/signing-keys.ts";
import { readAcross } from "./ask.ts";
import { makeVoucher, voucherHeader } from "./voucher.ts";

/** What a room asks of its tenant's list, and what the edge answers with. */
export const registryPaths = ["/admit", "/standing", "/forget"] as const;
export type RegistryPath = (typeof registryPaths)[number];

/** Body of `admit`. */
export const AdmitSchema = v.strictObject({ isNew: v.boolean() });

/**
 * A room's place on its tenant's list, where that is with the edge Worker. Throws what the edge refuses with (`too_many_rooms`),
 * `draining` when it cannot be reached, and `not_configured` when it has another `TOKEN_SECRET` or no `ROOMS_URL`.
 *
 * @param edge where the edge Worker is, `EDGE_URL`
 * @param name of the room's object, `{tenant}/{room}`
 */
export function registryAt(edge: string, name: string, keys: SigningKeys): Registry {
  const ask = async (path: RegistryPath, body?: object): Promise<string> => {
    const errand = { audience: "captionwire registry", name, method: "POST", path } as const;
    const voucher = await makeVoucher(errand, { kind: "house" }, keys);
    const headers = { [voucherHeader]: voucher, "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body ?? {}) };
    try {
      return await readAcross(`${edge}/internal/registry/${name}${path}`, init, log);
    } catch (error) {
      const isRefused = error instanceof CaptionwireError && unknown.has(error.code);
      if (!isRefused) throw error;
      log(error.code);
      throw new CaptionwireError("not_configured");
    }
  };
  return {
    admit: async (isNew) => standingIn(await ask("/admit", { isNew })),
    standing: async () => standingIn(await ask("/standing")),
    async forget() {
      await ask("/forget");
    },
  };
}

/** What the edge says to whom it does not know. */
const unknown: ReadonlySet<string> = new Set(["token_invalid", "not_found"]);

function standingIn(answer: string): Standing {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), StandingSchema), answer);
  if (read.success) return read.output;
  log("no standing");
  throw new CaptionwireError("internal");
}

/** @param what by name */
function log(what: string): void {
  console.error({ event: "edge_unreachable", what });
}
