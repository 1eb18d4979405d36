import type { AudioFormat } from "../../../shared/audio.ts";
import { UserError } from "../../errors.ts";

/** Short enough for figures, long enough for the wire; 80 ms is what Flux is made for. */
export const novaFrameMs = 100;
export const fluxFrameMs = 80;

export function isFlux(model: string): boolean {
  return model.startsWith("flux");
}

/** Where a model listens to raw audio. `query` adds to what a room asks for, and stands over it; an empty value takes away. */
export function streamAddress(
  url: string,
  model: string,
  format: AudioFormat,
  query: Readonly<Record<string, string>>,
): URL {
  const flux = isFlux(model);
  if (flux && format.channels !== 1)
    throw new UserError("Flux hears one channel: give a recording with one.");
  const address = new URL(flux ? "/v2/listen" : "/v1/listen", url);
  address.protocol = address.protocol.replace("http", "ws");
  const asked: Record<string, string> = {
    model,
    encoding: format.encoding,
    sample_rate: String(format.sampleRate),
    ...(flux
      ? {}
      : {
          channels: String(format.channels),
          punctuate: "true",
          interim_results: "true",
          endpointing: "300",
          utterance_end_ms: "1000",
        }),
    ...query,
  };
  for (const [name, value] of Object.entries(asked)) if (value !== "") address.searchParams.set(name, value);
  return address;
}
