import { speakRaw } from "../../../../cli/speech.ts";
import type { Clip } from "../target.ts";

/** How much faster than it is spoken the embedded engine hears with ease. */
export const enginePace = 4;

/** The engine's own voice. */
export function speechOf(engineUrl: string): (text: string) => Promise<Clip> {
  return (text) => speakRaw({ url: engineUrl, model: "aura-2-thalia-en", authorization: "Token any" }, text);
}
