import type { Recognition } from "../../../shared/settings.ts";

/** Names and values in the order they are sent; what is repeatable is repeated, never joined with commas. */
export type Parameters = readonly (readonly [name: string, value: string])[];

export function pathWithQuery(path: string, parameters: Parameters): string {
  return `${path}?${parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

/** What every endpoint that recognises speech takes. */
export function commonParameters({ keyterms, profanityFilter, redact }: Recognition): Parameters {
  return [
    ...(keyterms ?? []).map((keyterm) => ["keyterm", keyterm] as const),
    ...when(profanityFilter, "profanity_filter", "true"),
    ...[...new Set(redact)].map((what) => ["redact", what] as const),
  ];
}

/** What `/v1/listen` takes for a live stream and for a recording alike. */
export function listenParameters(recognition: Recognition, model: string, language: string): Parameters {
  return [
    // The provider's own default is a much older model, so it is always named.
    ["model", model],
    ["language", language],
    ["punctuate", "true"],
    ...when(recognition.smartFormat, "smart_format", "true"),
    // `diarize=true` says the same but is deprecated, and the two exclude each other.
    ...when(recognition.diarize, "diarize_model", "latest"),
    ...commonParameters(recognition),
  ];
}

function when(isAsked: boolean | undefined, name: string, value: string): Parameters {
  return isAsked === true ? [[name, value]] : [];
}
