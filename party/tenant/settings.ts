import * as v from "valibot";
import { TenantNameSchema } from "../../shared/claims.ts";

/** `*` for all, `null` for pages that have none (a file, a sandboxed frame), or an origin whose port may be `*`. */
const OriginPattern = v.union([
  v.literal("*"),
  v.literal("null"),
  v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::(?:\d{1,5}|\*))?$/)),
]);

/** valibot takes a list for an object whose keys are numbers. */
const NoList = v.custom<object>((value) => typeof value === "object" && !Array.isArray(value), "no object");

const TenantSchema = v.pipe(
  NoList,
  v.strictObject({
    /** Pages that may use this tenant's tokens and public rooms, besides those of the Worker itself. */
    origins: v.optional(v.array(OriginPattern), []),
    /** Rooms it may have. */
    maxRooms: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  }),
);
export type TenantSettings = Readonly<v.InferOutput<typeof TenantSchema>>;

/** The variable TENANTS: JSON, by tenant; a tenant it does not name has the defaults. */
export const TenantsSchema = v.object({
  TENANTS: v.optional(
    v.pipe(v.string(), v.parseJson(), NoList, v.record(TenantNameSchema, TenantSchema)),
    "{}",
  ),
});
export type Tenants = ReadonlyMap<string, TenantSettings>;

export function tenantsOf({ TENANTS }: v.InferOutput<typeof TenantsSchema>): Tenants {
  return new Map(Object.entries(TENANTS));
}

const defaults: TenantSettings = { origins: [] };

export function settingsOf(tenants: Tenants, tenant: string): TenantSettings {
  return tenants.get(tenant) ?? defaults;
}

export function allowsOrigin({ origins }: TenantSettings, origin: string): boolean {
  return origins.some((pattern) => {
    if (pattern === "*" || pattern === origin) return true;
    if (!pattern.endsWith(":*")) return false;
    const host = pattern.slice(0, -":*".length);
    return (
      origin === host || (origin.startsWith(`${host}:`) && /^\d{1,5}$/.test(origin.slice(host.length + 1)))
    );
  });
}
