import type * as v from "valibot";

/** A schema that has a name in the description. */
export type Component = {
  readonly schema: v.GenericSchema;
  readonly description: string;
  /** Of its properties, by name. */
  readonly notes: Readonly<Partial<Record<string, string>>>;
};

/** Notes are about properties that there are: the compiler sees to it. */
type Notes<S extends v.GenericSchema> = { readonly [Name in keyof v.InferInput<S>]?: string };

export function component<const S extends v.GenericSchema>(
  schema: S,
  description: string,
  notes: Notes<S> = {},
): Component {
  return { schema, description, notes: { ...notes } };
}
