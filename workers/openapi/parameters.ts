import * as v from "valibot";
import { RoomNameSchema, TenantNameSchema } from "../../shared/claims.ts";
import type { Parameter } from "./operation.ts";

/** Parameters of several operations. */
export const room: Parameter = {
  name: "room",
  in: "path",
  description: "The room's name. Each tenant has rooms of its own.",
  schema: RoomNameSchema,
  example: "demo",
};

export const tenant: Parameter = {
  name: "tenant",
  in: "query",
  description: "Whose room it is, for requests without a token to a service with several tenants.",
  schema: TenantNameSchema,
};

export const ifNoneMatch: Parameter = {
  name: "if-none-match",
  in: "header",
  description: "The `etag` of what you hold: 304 when it is still good.",
  schema: v.string(),
};

/** A number from 1 to `max`. */
export const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
