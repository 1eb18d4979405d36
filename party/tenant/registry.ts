import { CaptionwireError } from "../../shared/errors.ts";
import type { Standing } from "../room/door/standing.ts";

/** A room's place on its tenant's list. */
export type Registry = {
  /** Has the tenant know of the room; answers what was revoked. Throws `too_many_rooms` for a new one that may not be. */
  admit(isNew: boolean): Promise<Standing>;
  forget(): Promise<void>;
  /** What was revoked, of a room that is not there yet. */
  standing(): Promise<Standing>;
};

/** Of a tenant's object, what rooms ask; the `Tenant` of the binding fits. */
type TenantObjects = {
  getByName(tenant: string): {
    /** `null`: the tenant may have no more rooms. */
    admitRoom(room: string, isNew: boolean): Promise<Standing | null>;
    standingOf(room: string): Promise<Standing>;
    forgetRoom(room: string): Promise<void>;
  };
};

/** @param name of the room's object: `{tenant}/{room}` */
export function registryOf({ TENANT }: { readonly TENANT: TenantObjects }, name: string): Registry {
  const [tenant = "", room = ""] = name.split("/");
  return {
    async admit(isNew) {
      const standing = await TENANT.getByName(tenant).admitRoom(room, isNew);
      if (standing === null) throw new CaptionwireError("too_many_rooms");
      return standing;
    },
    async standing() {
      return TENANT.getByName(tenant).standingOf(room);
    },
    async forget() {
      await TENANT.getByName(tenant).forgetRoom(room);
    },
  };
}
