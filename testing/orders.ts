import * as v from "valibot";

/** What the Worker's program of a test does when it is told. */
export const OrderSchema = v.object({
  /** Name of the room's object. */
  evict: v.string(),
  sockets: v.picklist(["closed", "kept"]),
});
export type Order = v.InferOutput<typeof OrderSchema>;
