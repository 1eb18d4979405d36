import * as v from "valibot";

/** What `GET /healthz` answers. */
export const HealthSchema = v.object({ ok: v.literal(true) });
export type Health = Readonly<v.InferOutput<typeof HealthSchema>>;
