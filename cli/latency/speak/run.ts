import { measuredTexts } from "../../../shared/measured-texts.ts";
import { type Speaker as AnySpeaker, speakRaw } from "../../speech.ts";
import type { Screen } from "../../terminal/screen.ts";
import { lookUp, sampleConnection } from "../network/connect.ts";
import { timesOf } from "../network/sample.ts";
import type { Spoken } from "./figures.ts";

/** What is spoken already counts when it is stopped. */
export type Speaker = AnySpeaker & { readonly signal: AbortSignal };

/** As most voices are made. */
const sampleRate = 24_000;

/** Of a connection of its own: milliseconds. */
export type Connection = Pick<ReturnType<typeof timesOf>, "dns" | "tcp" | "tls">;

export async function connectionOf({ url, signal }: Speaker): Promise<Connection> {
  const target = { url: new URL(url), headers: {}, insecure: false };
  const sample = await sampleConnection(target, 1, lookUp, signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (sample === null) return {};
  const { dns, tcp, tls } = timesOf(sample);
  return {
    ...(dns === undefined ? {} : { dns }),
    ...(tcp === undefined ? {} : { tcp }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** What was spoken until it was stopped. */
export async function speakAll(
  screen: Screen,
  speaker: Speaker,
  lengths: readonly number[],
  runs: number,
): Promise<readonly Spoken[]> {
  const spoken: Spoken[] = [];
  const texts = measuredTexts({ single: lengths, long: null }, runs);
  for (const [index, { kind, length, text }] of texts.entries()) {
    screen.live([screen.style("dim", `${index + 1}/${texts.length}  ${text.length} characters …`)]);
    try {
      const { firstByteMs, totalMs, audioMs } = await speakRaw(speaker, text, sampleRate);
      if (kind === "warm-up") continue;
      spoken.push({
        length,
        characters: text.length,
        first_byte_ms: firstByteMs,
        total_ms: totalMs,
        audio_ms: audioMs,
      });
    } catch (error) {
      if (speaker.signal.aborted) break;
      throw error;
    }
  }
  screen.live([]);
  return spoken;
}
