import { speakRaw } from "../../../../cli/speech.ts";
import type { Clip } from "../target.ts";

/** Of a target whose provider is the embedded engine on this machine. */
export const engineTraits = {
  /** How much faster than it is spoken it hears with ease. */
  pace: 4,
  sameWords: 1,
} as const;

/** The engine's own voice. */
export function speechOf(engineUrl: string): (text: string) => Promise<Clip> {
  return (text) => speakRaw({ url: engineUrl, model: "aura-2-thalia-en", authorization: "Token any" }, text);
}
