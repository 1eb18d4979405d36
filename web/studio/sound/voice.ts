import { CaptionwireError } from "../../../client/index.ts";
import { joined } from "../../bytes.ts";
import { askForSpeech, piecesOf, refusalOf } from "../../speak-request.ts";
import { oneToken } from "../../token.ts";
import { atRealTime } from "./real-time.ts";
import { bytesPerSecond, heardBy, type Sound, SoundError, type SoundHooks, soundFormat } from "./sound.ts";

const query = {
  model: "aura-2-thalia-en",
  encoding: "linear16",
  container: "none",
  sample_rate: String(soundFormat.sampleRate),
};

/** The demo voice reads `text`; its speech is handed on while the rest still downloads. `signal` ends the opening. */
export async function openVoice(text: string, hooks: SoundHooks, signal: AbortSignal): Promise<Sound> {
  const stopping = new AbortController();
  signal.addEventListener("abort", () => stopping.abort());
  const answer = await ask(text, stopping.signal);
  if (!answer.ok || answer.body === null) throw new SoundError(await refusalInWords(answer));
  const pieces = piecesOf(answer.body, new SoundError("The voice broke off."));
  return {
    audio: heardBy(hooks, atRealTime(wholeSamples(pieces), bytesPerSecond, stopping.signal)),
    stop: () => stopping.abort(),
  };
}

async function ask(text: string, signal: AbortSignal): Promise<Response> {
  try {
    return await askForSpeech({ text, query, token: await oneToken(["speak"]), signal });
  } catch (error) {
    if (error instanceof CaptionwireError) throw error;
    throw new SoundError("The voice cannot be reached. Check the connection, then press Start again.");
  }
}

/** The meter reads whole samples, and a piece may end within one. */
async function* wholeSamples(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let torn = new Uint8Array();
  for await (const piece of pieces) {
    const bytes = joined(torn, piece);
    const whole = bytes.length - (bytes.length % 2);
    torn = bytes.slice(whole);
    yield bytes.subarray(0, whole);
  }
}

async function refusalInWords(answer: Response): Promise<string> {
  const said = await refusalOf(answer);
  return said === null ? `The voice cannot speak now (${answer.status}).` : `The voice said no: ${said}`;
}
