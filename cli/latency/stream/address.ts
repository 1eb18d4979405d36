import type { AudioFormat } from "../../../shared/audio.ts";
import { isFlux } from "../../../shared/settings.ts";
import { UserError } from "../../errors.ts";

/** Short enough for figures, long enough for the wire; 80 ms is what Flux is made for. */
export const novaFrameMs = 100;
export const fluxFrameMs = 80;

/** What says how it is to be listened, and never who asks. */
const recognition = new Set([
  ...["model", "language", "encoding", "sample_rate", "channels", "multichannel", "interim_results"],
  ...["punctuate", "smart_format", "numerals", "profanity_filter", "filler_words", "diarize", "vad_events"],
  ...[
    "endpointing",
    "utterance_end_ms",
    "no_delay",
    "eot_threshold",
    "eager_eot_threshold",
    "eot_timeout_ms",
  ],
]);

/** An address that may be kept and shown: of its query only what says how it is to be listened. */
export function withoutSecrets({ origin, pathname, searchParams }: URL): string {
  const kept = new URLSearchParams([...searchParams].filter(([name]) => recognition.has(name)));
  return `${origin}${pathname}?${kept}`;
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
