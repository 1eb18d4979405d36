import * as v from "valibot";
import { RoomNameSchema, TenantNameSchema } from "../shared/claims.ts";

export const defaultRoom = "demo";

/** The room's name is the last part of the page's address, as in `/watch/demo`. */
export function roomOfPage(): string {
  const name = location.pathname.split("/").at(-1) ?? "";
  const page = location.pathname.split("/").filter(Boolean).length > 1;
  return page && v.is(RoomNameSchema, name) ? name : defaultRoom;
}

/** Whose public room it is, where a Worker serves several: `/watch/lobby?tenant=acme`. */
export function tenantOfPage(): string | undefined {
  const tenant = new URLSearchParams(location.search).get("tenant");
  return v.is(TenantNameSchema, tenant) ? tenant : undefined;
}
