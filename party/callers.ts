import * as v from "valibot";
import { roles } from "../shared/protocol.ts";
import { memberHeader, passHeader } from "./paths.ts";
import { type Pass, PassSchema } from "./room/door/pass.ts";

/** Who comes by the socket, as the edge has found out. */
export const MemberSchema = v.object({
  role: v.picklist(roles),
  pass: PassSchema,
  /** A publisher that may end the one there is. */
  takeover: v.optional(v.literal(true)),
  /** It tells the time when it is asked. */
  probe: v.optional(v.literal(true)),
});
export type Member = v.InferOutput<typeof MemberSchema>;

export function memberIn(request: Request): Member {
  return v.parse(MemberSchema, JSON.parse(request.headers.get(memberHeader) ?? "null"));
}

/** Of a member or of a request that is answered and gone; `null` for what the tenant asks. */
export function passIn(request: Request): Pass | null {
  if (request.headers.has(memberHeader)) return memberIn(request).pass;
  const pass = request.headers.get(passHeader);
  return pass === null ? null : v.parse(PassSchema, JSON.parse(pass));
}
