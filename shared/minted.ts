import * as v from "valibot";

/** What `POST /v1/tokens` answers: the token, its id (to revoke it by) and when it ends, epoch milliseconds. */
export const MintedSchema = v.object({ token: v.string(), id: v.string(), expiresAt: v.number() });
export type Minted = Readonly<v.InferOutput<typeof MintedSchema>>;
