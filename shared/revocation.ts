import * as v from "valibot";
import { RoomNameSchema } from "./claims.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Body of `POST /v1/revocations`: all tokens of the tenant, those used in one room, or one token by its id. */
export const RevocationSchema = v.union([
  v.strictObject({ all: v.literal(true) }),
  v.strictObject({ room: RoomNameSchema }),
  v.strictObject({ token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)) }),
]);
export type Revocation = v.InferOutput<typeof RevocationSchema>;

export const RevokedSchema = v.object({
  /** Epoch milliseconds: what was issued by then is refused. */
  revokedAt: v.number(),
  /** Rooms that had to be told and were. */
  rooms: Count,
  /** Rooms that could not be told yet, and will be told again and again. */
  pending: Count,
});
export type Revoked = Readonly<v.InferOutput<typeof RevokedSchema>>;
