import * as v from "valibot";
import { TenantNameSchema } from "../../shared/claims.ts";
import { UserError } from "../errors.ts";
import { shellWord } from "../terminal/shell.ts";
import { sha256Of } from "./make.ts";

/** 1–63 printable characters; spaces inside only. */
export const KeyNameSchema = v.pipe(
  v.string(),
  v.regex(/^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]{0,61}[^\p{C}\p{Z}])?$/u),
);

/** An API key as the Worker's `API_KEYS` lists it: the key itself is kept nowhere. */
export const KeyEntrySchema = v.pipe(
  v.object({
    name: KeyNameSchema,
    tenant: TenantNameSchema,
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    createdAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  }),
  // A list written by hand, without ids, is as good.
  v.transform((entry) => ({ ...entry, id: entry.sha256.slice(0, 8) })),
);
export type KeyEntry = Readonly<v.InferOutput<typeof KeyEntrySchema>>;

/** The old one and the new one while a key is rotated. */
const sameNameMax = 2;

export function keyEntry(key: string, name: string, tenant: string, createdAt: Date): KeyEntry {
  const sha256 = sha256Of(key);
  return { name, tenant, sha256, createdAt: createdAt.toISOString(), id: sha256.slice(0, 8) };
}

export function namesakes(entries: readonly KeyEntry[], { name, tenant }: KeyEntry): readonly KeyEntry[] {
  return entries.filter((entry) => entry.name === name && entry.tenant === tenant);
}

/** The list with one more; a third of the same name and tenant is refused with the command that removes the oldest. */
export function withEntry(entries: readonly KeyEntry[], added: KeyEntry, place: string): readonly KeyEntry[] {
  const [oldest, ...others] = namesakes(entries, added);
  if (oldest !== undefined && others.length + 1 >= sameNameMax) {
    throw new UserError(
      `Tenant ${added.tenant} has ${others.length + 1} keys named "${added.name}" already. ` +
        `Remove the oldest first, when nothing uses it any more:\n  ${removal(oldest, place)}`,
    );
  }
  return [...entries, added];
}

export type KeyQuery = {
  readonly name: string;
  readonly tenant?: string | undefined;
  readonly id?: string | undefined;
};

/** The one entry that is meant; none or several are refused, several with what tells them apart. */
export function theEntry(
  entries: readonly KeyEntry[],
  { name, tenant, id }: KeyQuery,
  place: string,
): KeyEntry {
  const [found, ...others] = entries.filter(
    (entry) =>
      entry.name === name &&
      (tenant === undefined || entry.tenant === tenant) &&
      (id === undefined || entry.id === id),
  );
  if (found === undefined) {
    throw new UserError(`There is no such key. Those there are:\n  npm run keys -- list${place}`);
  }
  if (others.length > 0) {
    const commands = [found, ...others].map((entry) => `  ${removal(entry, place)}`);
    throw new UserError(`Several keys are named "${name}". Say which one:\n${commands.join("\n")}`);
  }
  return found;
}

/** The command that removes this one and no other. `place` is what names the list: empty for the usual one. */
export function removal({ name, tenant, id }: KeyEntry, place: string): string {
  return `npm run keys -- remove --name ${shellWord(name)} --tenant ${tenant} --id ${id}${place}`;
}
