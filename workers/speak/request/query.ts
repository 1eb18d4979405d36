import * as v from "valibot";
import type { SpeakFormat } from "../formats.ts";
import { providerQuery } from "../formats.ts";
import { badParameter, unknownParameter } from "../refusal.ts";
import { readFormat } from "./format.ts";

/** What a request asks for besides its text. */
export type SpeakQuery = {
  readonly model: string;
  readonly format: SpeakFormat;
  /** The parameters as they were given, each but `tag` once. */
  readonly asked: URLSearchParams;
};

const defaultModel = "aura-asteria-en";

/** Those whose values are their own; a format is read by `format.ts`. */
export const speakParameters = {
  model: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, "is not a model's name"))),
  encoding: v.optional(v.string()),
  container: v.optional(v.string()),
  sample_rate: v.optional(v.string()),
  bit_rate: v.optional(v.string()),
  speed: v.optional(v.pipe(v.string(), v.regex(/^\d(\.\d{1,4})?$/, "must be a number"))),
  mip_opt_out: v.optional(v.picklist(["true", "false"], "must be true or false")),
  tag: v.optional(v.pipe(v.string(), v.maxLength(128, "is too long"))),
};
export const tagsMax = 20;
const QuerySchema = v.object(speakParameters);

/** The audio would go to whatever address a stranger names, from the provider, past everything that is checked here. */
const refused = new Set(["callback", "callback_method"]);

/** Reads Deepgram's parameters (reference 6.2). When one but `tag` is repeated, the last counts. Throws a `SpeakRefusal`. */
export function readQuery(given: URLSearchParams): SpeakQuery {
  const asked = new URLSearchParams();
  for (const [name, value] of given) {
    if (refused.has(name)) throw badParameter(`${name} is not available here: the audio is the answer.`);
    if (!Object.hasOwn(speakParameters, name)) throw unknownParameter(name);
    if (name === "tag") asked.append(name, value);
    else asked.set(name, value);
  }
  const tags = asked.getAll("tag");
  if (tags.length > tagsMax) throw badParameter(`tag may be given ${tagsMax} times.`);
  if (tags.some((tag) => !v.is(speakParameters.tag, tag))) throw badParameter("tag is too long.");
  const parsed = v.safeParse(QuerySchema, Object.fromEntries(asked));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw badParameter(`${v.getDotPath(issue) ?? "query"} ${issue.message}.`);
  }
  const { model = defaultModel, encoding, container, sample_rate, bit_rate } = parsed.output;
  return { model, format: readFormat({ encoding, container, sample_rate, bit_rate }), asked };
}

/** The provider's parameters for one chunk of several: their bodies must fit together. */
export function chunkQuery({ asked, format }: SpeakQuery): URLSearchParams {
  const query = new URLSearchParams(asked);
  for (const name of ["encoding", "container", "sample_rate", "bit_rate"]) query.delete(name);
  for (const [name, value] of Object.entries(providerQuery(format, { isStitched: true }))) {
    query.set(name, value);
  }
  return query;
}
