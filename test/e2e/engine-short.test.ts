import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EngineProcess, startEngine } from "../support/engine-process.ts";
import { openEngineSocket } from "../support/engine-socket.ts";

const rate = 16_000;
const ResultsSchema = v.object({
  type: v.literal("Results"),
  is_final: v.boolean(),
  channel: v.object({ alternatives: v.tuple([v.object({ transcript: v.string() })]) }),
});

const MessageSchema = v.variant("type", [ResultsSchema, v.object({ type: v.literal("Metadata") })]);

/** Recognisers of whole utterances are known to hear nothing in these when they are handed over as they are. */
describe("engine: short words and digits after silence", () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  async function speak(text: string): Promise<Buffer> {
    const query = `model=aura-asteria-en&encoding=linear16&container=none&sample_rate=${rate}`;
    const response = await fetch(`${engine.url}/v1/speak?${query}`, {
      method: "POST",
      headers: { authorization: "Token any", "content-type": "application/json" },
      body: JSON.stringify({ text }),
    });
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Everything final of a stream that is sent three times as fast as it was spoken. */
  async function recognise(audio: Buffer): Promise<string> {
    const address = `${engine.url.replace("http", "ws")}/v1/listen?encoding=linear16&sample_rate=${rate}&punctuate=true`;
    const { socket, messages, closed } = await openEngineSocket(address, MessageSchema);
    for (let at = 0; at < audio.length; at += 3200) {
      socket.send(audio.subarray(at, at + 3200));
      await new Promise((resolve) => setTimeout(resolve, 33));
    }
    socket.send('{"type":"CloseStream"}');
    await closed;
    return messages
      .flatMap((message) => ("is_final" in message && message.is_final ? [message.channel] : []))
      .map(({ alternatives: [{ transcript }] }) => transcript)
      .filter(Boolean)
      .join(" ");
  }

  it.each([
    ["Yes.", 0.5, /yes/i],
    ["Yes.", 4, /yes/i],
    ["Good evening.", 6, /good evening/i],
    ["Thank you.", 3, /thank you/i],
    ["Seven.", 2, /seven|7/i],
    ["One two three four five six seven eight nine.", 1, /(one|1).*(four|4).*(nine|9)/i],
    ["Four eight fifteen sixteen twenty three forty two.", 5, /(four|4).*(fifteen|15).*(two|2)/i],
  ])("hears %j behind %d s of silence", async (text, seconds, expected) => {
    const silence = Buffer.alloc(seconds * rate * 2);
    expect(await recognise(Buffer.concat([silence, await speak(text), Buffer.alloc(rate)]))).toMatch(
      expected,
    );
  });
});
