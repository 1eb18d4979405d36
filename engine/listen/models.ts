/** Deepgram's recognisers by family and special field (reference 3.1); all of them mean the one recogniser here. */
const ANY_FIELD = /^(nova|enhanced|base)(-[a-z]+)?$/;
const NOVA_2 =
  /^nova-2(-(general|meeting|phonecall|finance|conversationalai|voicemail|video|medical|drivethru|automotive))?$/;
const NOVA_3 = /^nova-3(-(general|medical))?$/;

/** The recogniser knows English only; `multi` is taken because it includes English. */
const ENGLISH = /^en(-[a-z]{2})?$/i;
/** Deepgram switches languages with these only, not with their special fields. */
const MULTILINGUAL = /^nova-[23](-general)?$/;

export function isNova3(model: string): boolean {
  return NOVA_3.test(model);
}

export function isKnownCombination(model: string, language: string): boolean {
  if (language === "multi") return MULTILINGUAL.test(model);
  return ENGLISH.test(language) && (isNova3(model) || NOVA_2.test(model) || ANY_FIELD.test(model));
}
