import parse from "parse-prometheus-text-format";
import * as v from "valibot";

const FamiliesSchema = v.array(v.object({ name: v.string(), help: v.string(), type: v.string() }));
const SamplesSchema = v.array(
  v.object({
    name: v.string(),
    metrics: v.array(
      v.object({
        value: v.pipe(v.string(), v.transform(Number)),
        labels: v.optional(v.record(v.string(), v.string()), {}),
      }),
    ),
  }),
);

export type Family = v.InferOutput<typeof FamiliesSchema>[number];
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** A page of metrics as somebody else's parser of the format reads it: what there is, and samples by their own names. */
export function metricsIn(text: string): { families: Family[]; samples: ReadonlyMap<string, Sample[]> } {
  const families = v.parse(FamiliesSchema, parse(text));
  // The parser puts a summary's samples together and loses sum and count where there are labels: it is not told of any.
  const bare = text.replaceAll(/^#.*\n/gm, "");
  const samples = v.parse(SamplesSchema, parse(bare)).map(({ name, metrics }) => [name, metrics] as const);
  return { families, samples: new Map(samples) };
}
