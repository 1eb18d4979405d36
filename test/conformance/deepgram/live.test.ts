import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../testing/wait.ts";
import { type Connection, open, play } from "./connection.ts";
import { type LiveMessage, liveMessageSchema, type Results } from "./live-schemas.ts";
import {
  joined,
  otherSentence,
  sampleRate,
  secondsOf,
  sentence,
  silence,
  speech,
  wordErrorRate,
} from "./speech.ts";
import { clientOf, engineOnly, startTarget, type Target } from "./target.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

const raw = { encoding: "linear16", sample_rate: sampleRate } as const;

type Live = Awaited<ReturnType<typeof listen>>;

async function listen(options: Record<string, string | number | string[]> = raw) {
  const client = clientOf(target);
  const connection = await client.listen.v1.connect({
    model: "nova-3",
    language: "en",
    reconnectAttempts: 0,
    ...options,
  });
  return open(connection, liveMessageSchema);
}

async function finish(live: Live) {
  live.socket.sendCloseStream({ type: "CloseStream" });
  return live.closed();
}

const resultsOf = (live: Connection<unknown, LiveMessage>): Results[] =>
  live.messages().filter((message) => message.type === "Results");
const finalsOf = (live: Connection<unknown, LiveMessage>): Results[] =>
  resultsOf(live).filter((result) => result.is_final === true);
const textOf = (result: Results | undefined): string => result?.channel.alternatives[0]?.transcript ?? "";
const wordsOf = (result: Results) => result.channel.alternatives[0]?.words ?? [];
const heardBy = (live: Connection<unknown, LiveMessage>): string =>
  finalsOf(live)
    .map(textOf)
    .filter((text) => text !== "")
    .join(" ");
const endOf = (result: Results): number => result.start + result.duration;

describe("listen v1, live", () => {
  it("transcribes as the README shows, from Open to Metadata", async () => {
    const live = await listen({ ...raw, punctuate: "true", interim_results: "true", endpointing: 300 });
    const audio = joined(silence(1.2), await speech(target, sentence), silence(1.5));
    await play(live, audio);
    expect(await finish(live)).toMatchObject({ code: 1000 });

    expect(wordErrorRate(sentence, heardBy(live))).toBeLessThan(0.25);
    expect(heardBy(live)).toMatch(/^Please .*\.$/);
    expect(finalsOf(live).some((result) => result.speech_final === true && textOf(result) !== "")).toBe(true);
    expect(resultsOf(live).some((result) => result.is_final === false && textOf(result) !== "")).toBe(true);

    const last = live.messages().at(-1);
    expect(live.messages().filter(({ type }) => type === "Metadata")).toEqual([last]);
    if (last?.type !== "Metadata") throw new Error("The last message is no Metadata.");
    expect(last.duration).toBeCloseTo(secondsOf(audio), 1);
    expect(last.channels).toBe(1);
    for (const { metadata } of resultsOf(live)) {
      expect(metadata.request_id).toBe(last.request_id);
      expect(last.models).toContain(metadata.model_uuid);
      expect(last.model_info?.[metadata.model_uuid]).toEqual(metadata.model_info);
    }
  });

  it("cuts time into ranges without gaps; an interim starts where the last final ended", async () => {
    const live = await listen({ ...raw, interim_results: "true", endpointing: 300 });
    const parts = [await speech(target, sentence), silence(1), await speech(target, otherSentence)];
    await play(live, joined(...parts, silence(1)));
    await finish(live);

    let settledTo = 0;
    for (const result of resultsOf(live)) {
      expect(result.start).toBeCloseTo(settledTo, 2);
      expect(result.channel_index).toEqual([0, 1]);
      let before = result.start - 0.01;
      for (const { start, end, punctuated_word } of wordsOf(result)) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(endOf(result) + 0.01);
        // Neither punctuate nor smart_format was asked for.
        expect(punctuated_word).toBeUndefined();
        before = start;
      }
      expect(textOf(result)).toBe(
        wordsOf(result)
          .map(({ word }) => word)
          .join(" "),
      );
      if (textOf(result) === "") expect(result.channel.alternatives[0]?.confidence).toBe(0);
      if (result.is_final === true) settledTo = endOf(result);
    }
    expect(wordErrorRate(`${sentence} ${otherSentence}`, heardBy(live))).toBeLessThan(0.25);
  });

  it("sends no interims unless asked, and can be read with for await", async () => {
    const live = await listen();
    const read = (async () => {
      const types: string[] = [];
      for await (const { type } of live.socket) types.push(type);
      return types;
    })();
    await play(live, joined(await speech(target, sentence), silence(0.5)));
    await finish(live);
    expect((await read).at(-1)).toBe("Metadata");
    expect(resultsOf(live).every((result) => result.is_final === true)).toBe(true);
    expect(resultsOf(live)).not.toHaveLength(0);
  });

  it("answers Finalize with what was said so far, and goes on", async () => {
    const live = await listen({ ...raw, interim_results: "true", endpointing: "false" });
    const audio = await speech(target, sentence);
    await play(live, audio);
    live.socket.sendFinalize({ type: "Finalize" });
    const finalized = await eventually(
      "a Results from Finalize",
      () => finalsOf(live).filter((result) => result.from_finalize === true),
      (results) => results.length > 0,
    );
    expect(endOf(finalized.at(-1) ?? expect.fail())).toBeCloseTo(secondsOf(audio), 1);
    expect(wordErrorRate(sentence, heardBy(live))).toBeLessThan(0.25);
    await play(live, joined(silence(0.3), await speech(target, otherSentence), silence(0.5)));
    expect(await finish(live)).toMatchObject({ code: 1000 });
    expect(wordErrorRate(`${sentence} ${otherSentence}`, heardBy(live))).toBeLessThan(0.3);
  });

  it("tells of speech that begins and of utterances that end, when asked", async () => {
    const live = await listen({
      ...raw,
      interim_results: "true",
      vad_events: "true",
      utterance_end_ms: 1000,
      endpointing: 300,
    });
    await play(live, joined(silence(1), await speech(target, sentence), silence(3)));
    await finish(live);
    const started = live.messages().find((message) => message.type === "SpeechStarted");
    expect(started?.channel).toEqual([0, 1]);
    expect(started?.timestamp).toBeGreaterThan(0.5);
    const ended = live.messages().filter((message) => message.type === "UtteranceEnd");
    expect(ended).toHaveLength(1);
    const lastWord = finalsOf(live).flatMap(wordsOf).at(-1);
    expect(ended[0]?.last_word_end).toBeCloseTo(lastWord?.end ?? -1, 1);
    expect(ended[0]?.channel).toEqual([0, 1]);
  });

  it("lives on KeepAlive alone after some audio, and dies of silence without", {
    timeout: 60_000,
  }, async () => {
    const [kept, idle] = [await listen(), await listen()];
    const audio = silence(0.5);
    for (const live of [kept, idle]) live.socket.sendMedia(audio);
    const keepAlive = setInterval(() => kept.socket.sendKeepAlive({ type: "KeepAlive" }), 3_000);
    try {
      const closed = await idle.closed();
      expect(closed.code).toBe(1011);
      expect(closed.reason).toMatch(/net-?0001/i);
      expect(idle.messages().at(-1)).toMatchObject({ type: "Metadata" });
      expect(kept.messages().filter(({ type }) => type !== "Results")).toEqual([]);
    } finally {
      clearInterval(keepAlive);
    }
    await play(kept, joined(await speech(target, sentence), silence(0.5)));
    expect(await finish(kept)).toMatchObject({ code: 1000 });
    expect(wordErrorRate(sentence, heardBy(kept))).toBeLessThan(0.25);
    // KeepAlive does not advance the clock of the audio.
    const metadata = kept.messages().at(-1);
    const sent = 1 + secondsOf(await speech(target, sentence));
    if (metadata?.type === "Metadata") expect(metadata.duration).toBeCloseTo(sent, 1);
  });

  it("closes an unused connection with the Metadata of nothing", async () => {
    const live = await listen();
    expect(await finish(live)).toMatchObject({ code: 1000 });
    expect(live.messages()).toEqual([
      expect.objectContaining({
        type: "Metadata",
        duration: 0,
        channels: 0,
        sha256: createHash("sha256").digest("hex"),
      }),
    ]);
  });

  it("answers what is no message with an Error and stays open", async () => {
    const live = await listen();
    for (const nonsense of ["hello", '{"type":"Sing"}', "[]"]) live.socket.socket.send(nonsense);
    await eventually(
      "three errors",
      () => live.messages().filter(({ type }) => type === "Error"),
      (errors) => errors.length === 3,
    );
    expect(live.messages().at(0)).toMatchObject({ variant: "SchemaError", message: "hello" });
    await play(live, joined(await speech(target, sentence), silence(0.5)));
    expect(await finish(live)).toMatchObject({ code: 1000 });
    expect(wordErrorRate(sentence, heardBy(live))).toBeLessThan(0.25);
  });

  it("answers each Configure", async () => {
    const live = await listen();
    live.socket.sendMedia(silence(0.2));
    live.socket.socket.send(JSON.stringify({ type: "Configure", keyterms: ["captionwire"] }));
    const answer = await eventually(
      "the answer to Configure",
      () => live.messages().find(({ type }) => type !== "Results"),
      (message) => message !== undefined,
    );
    expect(answer).toMatchObject({ type: "ConfigureSuccess", keyterms: ["captionwire"] });
    expect(await finish(live)).toMatchObject({ code: 1000 });
  });

  it("echoes extra in every result", async () => {
    const live = await listen({ ...raw, extra: ["show:42", "desk:a:b"], tag: "conformance" });
    await play(live, joined(await speech(target, sentence), silence(0.5)));
    await finish(live);
    for (const { metadata } of resultsOf(live)) expect(metadata.extra).toEqual({ show: "42", desk: "a:b" });
  });

  it("takes audio it cannot decode for what it is", async (context) => {
    engineOnly(context, "Deepgram waits for more of an unknown container than is worth paying for.");
    const live = await listen({});
    live.socket.sendMedia(new TextEncoder().encode('{"type":"KeepAlive"}'.repeat(500)));
    expect(await live.closed()).toMatchObject({ code: 1008 });
  });
});
