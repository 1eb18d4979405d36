import { areTooManyKeyterms } from "../listen/keyterms.ts";

/** What a Flux session may change while it runs (reference 5.1 and 5.2). */
export type FluxSettings = {
  /** Confidence that ends a turn. 1 stands for never. */
  eotThreshold: number;
  /** Confidence for `EagerEndOfTurn`, or `null` when those are not asked for. */
  eagerEotThreshold: number | null;
  /** Silence that ends a turn whatever the confidence. */
  eotTimeoutMs: number;
  /** Kept and repeated in answers; this recogniser has no vocabulary hints. */
  keyterms: readonly string[];
  /** `null` when the model takes none. */
  languageHints: readonly string[] | null;
};

/** The parts of a `Configure` message. What is missing keeps its value. */
export type SettingsChange = {
  eotThreshold: number | null;
  eagerEotThreshold: number | null;
  eotTimeoutMs: number | null;
  keyterms: readonly string[] | null;
  languageHints: readonly string[] | null;
};

export const EOT_THRESHOLD = { min: 0.5, max: 1 };
export const EAGER_EOT_THRESHOLD = { min: 0.3, max: 0.9 };
export const EOT_TIMEOUT_MS = { min: 500, max: 60_000 };

export const EAGER_ABOVE_EOT = "eager_eot_threshold: must be at most eot_threshold.";

/** The settings after `change`, or why they stay as they are. */
export function reconfigure(
  settings: FluxSettings,
  change: SettingsChange,
): { ok: true; settings: FluxSettings } | { ok: false; code: string | null; description: string } {
  const wrong = (description: string) => ({ ok: false as const, code: "INVALID_THRESHOLD", description });
  const next: FluxSettings = {
    eotThreshold: change.eotThreshold ?? settings.eotThreshold,
    eagerEotThreshold: change.eagerEotThreshold ?? settings.eagerEotThreshold,
    eotTimeoutMs: change.eotTimeoutMs ?? settings.eotTimeoutMs,
    keyterms: change.keyterms ?? settings.keyterms,
    languageHints: change.languageHints ?? settings.languageHints,
  };
  if (!within(next.eotThreshold, EOT_THRESHOLD)) return wrong(range("eot_threshold", EOT_THRESHOLD));
  if (next.eagerEotThreshold !== null) {
    if (!within(next.eagerEotThreshold, EAGER_EOT_THRESHOLD))
      return wrong(range("eager_eot_threshold", EAGER_EOT_THRESHOLD));
    if (next.eagerEotThreshold > next.eotThreshold) return wrong(EAGER_ABOVE_EOT);
  }
  if (!within(next.eotTimeoutMs, EOT_TIMEOUT_MS)) return wrong(range("eot_timeout_ms", EOT_TIMEOUT_MS));
  if (areTooManyKeyterms(next.keyterms))
    return { ok: false, code: null, description: "keyterms: more than 500 tokens." };
  const problem =
    change.languageHints === null
      ? null
      : languageHintProblem(change.languageHints, settings.languageHints !== null);
  return problem === null ? { ok: true, settings: next } : { ok: false, code: null, description: problem };
}

/** The ten languages of Deepgram's multilingual model, with or without a region. */
const LANGUAGE = /^(en|es|fr|de|hi|ru|pt|ja|it|nl)(-[A-Za-z0-9]{2,4})?$/;

export function languageHintProblem(hints: readonly string[], multilingual: boolean): string | null {
  if (!multilingual) return "language_hint: only flux-general-multi takes hints.";
  const unknown = hints.find((hint) => !LANGUAGE.test(hint));
  return unknown === undefined ? null : "language_hint: must be a supported language code.";
}

type Range = { min: number; max: number };
const within = (value: number, { min, max }: Range) => value >= min && value <= max;
const range = (name: string, { min, max }: Range) => `${name}: must be between ${min} and ${max}.`;
