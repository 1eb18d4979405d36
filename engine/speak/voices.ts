/** Flite's own voices that speak any text. */
export type FliteVoice = "awb" | "kal16" | "rms" | "slt";

/** A voice by its Deepgram name: who speaks for it here, and whether its speed may be set (Aura-2 only, reference 6.2). */
export type Voice = { name: string; uuid: string; flite: FliteVoice; hasSpeed: boolean };

/** Samples per second of what each voice speaks. */
export const FLITE_RATE = 16_000;

/** Identifies each Flite voice in the `dg-model-uuid` header. */
const UUIDS: Record<FliteVoice, string> = {
  slt: "666c6974-6500-4000-8000-000000000001",
  rms: "666c6974-6500-4000-8000-000000000002",
  awb: "666c6974-6500-4000-8000-000000000003",
  kal16: "666c6974-6500-4000-8000-000000000004",
};

// Deepgram reference 6.5. `slt` is the only woman among Flite's voices; the men are shared out among three.
const AURA_1: Record<FliteVoice, string> = {
  slt: "asteria athena hera luna stella",
  rms: "angus arcas orpheus",
  awb: "helios zeus",
  kal16: "orion perseus",
};
const AURA_2_ENGLISH: Record<FliteVoice, string> = {
  slt:
    "amalthea andromeda asteria athena aurora callista cora cordelia delia electra harmonia helena hera iris janus " +
    "juno luna minerva ophelia pandora phoebe selene thalia theia vesta",
  rms: "apollo arcas aries atlas orpheus pluto",
  awb: "draco hyperion jupiter zeus",
  kal16: "hermes mars neptune odysseus orion saturn",
};

function voicesOf(table: Record<FliteVoice, string>, prefix: string, hasSpeed: boolean): Voice[] {
  const flites: FliteVoice[] = ["slt", "rms", "awb", "kal16"];
  return flites.flatMap((flite) =>
    table[flite]
      .split(" ")
      .map((person) => ({ name: `${prefix}-${person}-en`, uuid: UUIDS[flite], flite, hasSpeed })),
  );
}

const VOICES: ReadonlyMap<string, Voice> = new Map(
  [...voicesOf(AURA_1, "aura", false), ...voicesOf(AURA_2_ENGLISH, "aura-2", true)].map((voice) => [
    voice.name,
    voice,
  ]),
);

export const DEFAULT_VOICE = "aura-asteria-en";

/** The voice of that name, or `undefined` for a name Deepgram does not know or a language Flite does not speak. */
export function findVoice(name: string): Voice | undefined {
  return VOICES.get(name);
}
