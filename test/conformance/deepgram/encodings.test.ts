import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wavFile } from "../../support/wav-file.ts";
import { open, play } from "./connection.ts";
import { liveMessageSchema } from "./live-schemas.ts";
import { joined, sampleRate, sentence, silence, speech, wordErrorRate } from "./speech.ts";
import { clientOf, startTarget, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

async function transcribe(audio: Uint8Array, bytesPerSecond: number, options = {}) {
  const live = await open(
    await clientOf(target).listen.v1.connect({ model: "nova-3", reconnectAttempts: 0, ...options }),
    liveMessageSchema,
  );
  await play(live, audio, { bytesPerSecond });
  live.socket.sendCloseStream({ type: "CloseStream" });
  expect(await live.closed()).toMatchObject({ code: 1000 });
  const text = live
    .messages()
    .filter((message) => message.type === "Results")
    .filter((message) => message.is_final === true)
    .map((message) => message.channel.alternatives[0]?.transcript)
    .join(" ");
  return { text, metadata: live.messages().at(-1) };
}

describe("listen v1, live: what the audio comes in", () => {
  it.each(["mulaw", "alaw"] as const)("%s, as the voice speaks it", async (encoding) => {
    const response = await clientOf(target).speak.v1.audio.generate({
      text: sentence,
      model: "aura-2-thalia-en",
      encoding,
      container: "none",
      sample_rate: 8000,
    });
    const audio = new Uint8Array(await response.arrayBuffer());
    const { text, metadata } = await transcribe(audio, 8000, { encoding, sample_rate: 8000 });
    expect(wordErrorRate(sentence, text)).toBeLessThan(0.35);
    if (metadata?.type === "Metadata") expect(metadata.duration).toBeCloseTo(audio.length / 8000, 1);
  });

  it("a WAV file, which says by itself what it holds", async () => {
    const format = { encoding: "linear16", sampleRate, channels: 1 } as const;
    const data = joined(await speech(target, sentence), silence(0.5));
    const { text, metadata } = await transcribe(wavFile(format, data), 2 * sampleRate);
    expect(wordErrorRate(sentence, text)).toBeLessThan(0.25);
    if (metadata?.type === "Metadata") expect(metadata.duration).toBeCloseTo(data.length / 2 / sampleRate, 1);
  });

  it("two channels", async () => {
    const mono = Buffer.from(joined(await speech(target, sentence), silence(0.5)));
    const stereo = Buffer.alloc(mono.length * 2);
    for (let at = 0; at < mono.length; at += 2) {
      mono.copy(stereo, at * 2, at, at + 2);
      mono.copy(stereo, at * 2 + 2, at, at + 2);
    }
    const { text, metadata } = await transcribe(stereo, 4 * sampleRate, {
      encoding: "linear16",
      sample_rate: sampleRate,
      channels: 2,
    });
    expect(wordErrorRate(sentence, text)).toBeLessThan(0.25);
    expect(metadata).toMatchObject({ channels: 2 });
  });
});
