import * as v from "valibot";
import { oneToken } from "../token.ts";
import { atRealTime } from "./real-time.ts";
import { type Sound, SoundError, soundFormat } from "./sound.ts";

const address = `/v1/speak?model=aura-2-thalia-en&encoding=linear16&container=none&sample_rate=${soundFormat.sampleRate}`;
/** Deepgram's shape of an error. */
const RefusalSchema = v.object({ err_msg: v.string() });

/** The demo voice reads `text`; its speech is handed on while the rest still downloads. */
export async function openVoice(text: string): Promise<Sound> {
  const stopping = new AbortController();
  const token = await oneToken(["speak"]);
  const answer = await fetch(address, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ text }),
    signal: stopping.signal,
  });
  if (!answer.ok || answer.body === null) throw new SoundError(await refusal(answer));
  return {
    audio: atRealTime(chunksOf(answer.body), soundFormat.sampleRate * 2, stopping.signal),
    stop: () => stopping.abort(),
  };
}

/** Not every browser can iterate over a stream. A stop in the middle of the download is an end like any other. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) {
      throw new SoundError("The voice broke off.");
    }
  }
}

async function refusal(answer: Response): Promise<string> {
  try {
    return `The voice said no: ${v.parse(RefusalSchema, await answer.json()).err_msg}`;
  } catch {
    return `The voice cannot speak now (${answer.status}).`;
  }
}
