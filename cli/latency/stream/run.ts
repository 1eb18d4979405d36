import { readFileSync } from "node:fs";
import { readWav } from "../../../client/index.ts";
import { bytesToSamples } from "../../../shared/audio.ts";
import { isFlux } from "../../../shared/settings.ts";
import { messageOf, UserError } from "../../errors.ts";
import type { Provider } from "../../measured/targets.ts";
import type { Screen } from "../../terminal/screen.ts";
import { fluxFrameMs, novaFrameMs, streamAddress, withoutSecrets } from "./address.ts";
import { playStream } from "./play.ts";
import { judgeActivity, spansOf } from "./speech.ts";
import type { Tape, TapeEntry } from "./tape.ts";
import { showProgress } from "./view.ts";

export type StreamOptions = {
  readonly file: string;
  readonly provider: Provider;
  readonly model: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** What is shown while it goes on is of these: making it must not take time from the measuring, however long that lasts. */
const recentMax = 300;
const redrawEveryMs = 250;

/**
 * Streams a WAV file at real time and returns all that happened, as far as it came; rejects with the signal's reason when
 * nothing had been sent by then.
 */
export async function streamFile(screen: Screen, options: StreamOptions): Promise<Tape> {
  const { file, provider, model, query, signal } = options;
  const wav = readFile(file);
  const { format, data } = readAudio(file, wav);
  const address = streamAddress(provider.url, model, format, query);
  const speech = { by: "Silero", spans: spansOf(await judgeActivity(wav, signal)) };

  const recent: TapeEntry[] = [];
  let shownAt = Number.NEGATIVE_INFINITY;
  const opened = performance.timeOrigin + performance.now();
  const about = {
    version: 1,
    url: withoutSecrets(address),
    audio: { file, seconds: bytesToSamples(data.length, format) / format.sampleRate },
    speech,
  } as const;
  const played = await playStream({
    address,
    apiKey: provider.apiKey,
    format,
    data,
    frameMs: isFlux(model) ? fluxFrameMs : novaFrameMs,
    signal,
    onMessage(entry, sent) {
      recent.push(entry);
      if (recent.length > recentMax) recent.shift();
      if (entry.received - shownAt < redrawEveryMs) return;
      shownAt = entry.received;
      showProgress(screen, { ...about, opened, connect_ms: 0, sent, messages: recent });
    },
  });
  if (played.sent.length === 0) signal.throwIfAborted();
  return { ...about, ...played };
}

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

function readAudio(file: string, wav: Uint8Array): ReturnType<typeof readWav> {
  try {
    return readWav(wav);
  } catch (error) {
    throw new UserError(`${file} cannot be used: ${messageOf(error)}`);
  }
}
