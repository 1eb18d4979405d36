import type * as v from "valibot";

/** A schema that has a name in the description. */
export type Component = {
  readonly schema: v.GenericSchema;
  readonly description: string;
  /** Of its properties, by name. */
  readonly notes: Readonly<Partial<Record<string, string>>>;
  /** What its properties can be today. Clients of ours read more: a newer service may say more. */
  readonly values: Readonly<Partial<Record<string, readonly string[]>>>;
};

/** Notes are about properties that there are: the compiler sees to it. */
type Notes<S extends v.GenericSchema> = { readonly [Name in keyof v.InferInput<S>]?: string };
type Values<S extends v.GenericSchema> = { readonly [Name in keyof v.InferInput<S>]?: readonly string[] };

export function component<const S extends v.GenericSchema>(
  schema: S,
  description: string,
  notes: Notes<S> = {},
  values: Values<S> = {},
): Component {
  return { schema, description, notes: { ...notes }, values: { ...values } };
}
