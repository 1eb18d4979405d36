import * as v from "valibot";

/** Where viewers connect, and what is spoken there. */
export const TargetSchema = v.variant("dialect", [
  v.object({ dialect: v.literal("captionwire"), url: v.string(), room: v.string(), token: v.string() }),
  v.object({ dialect: v.literal("plain"), url: v.string() }),
  v.object({ dialect: v.literal("socket.io"), url: v.string() }),
]);
export type Target = v.InferOutput<typeof TargetSchema>;
