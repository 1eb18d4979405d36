import * as v from "valibot";
import { invalidQuery, unknownParameter, type WireError } from "./errors.ts";

/** A query as names with all their values. Repeatable parameters are repeated, never comma-joined (reference 3.1). */
export type Query = Record<string, string[]>;

export function readQuery(search: URLSearchParams): Query {
  const query: Query = {};
  for (const [name, value] of search) {
    const values = Object.hasOwn(query, name) ? query[name] : undefined;
    if (values === undefined) Object.defineProperty(query, name, { value: [value], enumerable: true });
    else values.push(value);
  }
  return query;
}

/** The error for the first name that is not among `known`, or `null`. */
export function refuseUnknown(query: Query, known: ReadonlySet<string>): WireError | null {
  const unknown = Object.keys(query).find((name) => !known.has(name));
  return unknown === undefined ? null : unknownParameter(unknown);
}

const lastOf = v.pipe(
  v.array(v.string()),
  v.transform((values) => values.at(-1) ?? ""),
);

/** Schemas for one parameter. When it is repeated the last value wins. */
export const text = lastOf;
export const flag = v.pipe(
  lastOf,
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((value) => value === "true"),
);
export const integer = (min: number, max: number) =>
  v.pipe(
    lastOf,
    v.regex(/^\d{1,9}$/, "must be an integer"),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );
export const choice = <const Options extends readonly string[]>(options: Options, message: string) =>
  v.pipe(lastOf, v.picklist(options, message));
export const list = v.array(v.string());

/** Parses `query` with `schema`; a value that does not fit gives a 400 that names the parameter. */
export function parseQuery<Schema extends v.GenericSchema<unknown, unknown>>(
  schema: Schema,
  query: Query,
): { ok: true; value: v.InferOutput<Schema> } | { ok: false; error: WireError } {
  const parsed = v.safeParse(schema, query);
  if (parsed.success) return { ok: true, value: parsed.output };
  const issue = parsed.issues[0];
  return { ok: false, error: invalidQuery(`${v.getDotPath(issue) ?? "query"}: ${issue.message}`) };
}
