import { describe, expect, it } from "vitest";
import type { AudioFormat } from "../../../engine/audio/format.ts";
import { judgeIdleness } from "../../../engine/listen/idle.ts";
import type { ServerMessage } from "../../../engine/listen/messages.ts";
import type { ListenOptions } from "../../../engine/listen/query.ts";
import { LiveSession } from "../../../engine/listen/session.ts";
import type { RecogniseQuestion } from "../../../engine/recognise/questions.ts";
import { createScheduler } from "../../../engine/recognise/scheduler.ts";
import type { Hypothesis } from "../../../engine/recognise/words.ts";
import { judgeLoud, sound } from "../../support/loud-speech.ts";

const RATE = 16_000;
const OPTIONS: ListenOptions = {
  audio: null,
  interimResults: true,
  endpointingMs: 300,
  utteranceEndMs: null,
  vadEvents: false,
  punctuate: true,
  diarize: false,
  multilingual: false,
  detectEntities: false,
  search: [],
  hasKeyterms: false,
  extra: null,
  tags: [],
};
const FORMAT: AudioFormat = { encoding: "linear16", sampleRate: RATE, channels: 1 };

/** Hears one word for each full second of audio. */
function countSeconds({ audio }: RecogniseQuestion): Hypothesis {
  const words = Array.from({ length: Math.floor(audio.length / RATE) }, (_, index) => ({
    text: `Word${index + 1},`,
    start: index * RATE,
    end: (index + 1) * RATE,
    confidence: 0.99,
  }));
  const starts = words.map((word) => word.start);
  return { text: words.map((word) => word.text).join(" "), words, tokens: starts, tokenStarts: starts };
}

/** A session on a detector that takes loud for speech, with its messages and the questions it asked. */
function start(options: Partial<ListenOptions> = {}, fail = false, format = FORMAT) {
  const messages: ServerMessage[] = [];
  const failures: unknown[] = [];
  const reading: boolean[] = [];
  const scheduler = createScheduler([
    async (question) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (fail) throw new Error("broken");
      return countSeconds(question);
    },
  ]);
  const session = new LiveSession({ ...OPTIONS, ...options }, format, "request", {
    judge: judgeLoud,
    scheduler,
    send: (message) => messages.push(message),
    setReading: (now) => reading.push(now),
    onFailure: (error) => failures.push(error),
  });
  const stream = async (seconds: number, loud: boolean) => {
    const bytes = sound(seconds, loud);
    for (let at = 0; at < bytes.length; at += 3201) {
      session.feed(bytes.subarray(at, at + 3201));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  return { session, messages, failures, reading, stream };
}

const results = (messages: ServerMessage[]) => messages.filter((message) => message.type === "Results");
const textOf = (message: ReturnType<typeof results>[number]) => message.channel.alternatives[0]?.transcript;

describe("live session", () => {
  it("tiles the stream with finals, and each interim begins where its final will", async () => {
    const { session, messages, stream } = start();
    await stream(1.5, false);
    await stream(3, true);
    await stream(2, false);
    await stream(2.2, true);
    await session.finish();
    const all = results(messages);
    let end = 0;
    for (const message of all) {
      expect(message.start).toBeCloseTo(end, 5);
      if (message.is_final) end = message.start + message.duration;
    }
    expect(end).toBeCloseTo(8.7, 5);
    expect(all.filter((message) => message.is_final).map(textOf)).toEqual([
      "Word1, Word2, Word3,",
      "Word1, Word2,",
    ]);
    const growing = all.filter((message) => !message.is_final && message.start === 0);
    expect(growing.length).toBeGreaterThan(3);
    for (const [index, message] of growing.entries()) {
      expect(message.duration).toBeGreaterThan(growing[index - 1]?.duration ?? 0);
    }
  });

  it("says about once a second that it hears silence, and confirms it now and then", async () => {
    const { messages, stream } = start();
    await stream(6.5, false);
    expect(results(messages).map((message) => [message.is_final, textOf(message)])).toEqual([
      ...Array.from({ length: 5 }, () => [false, ""]),
      [true, ""],
      [false, ""],
    ]);
  });

  it("sends finals only when interims are not asked for", async () => {
    const { session, messages, stream } = start({ interimResults: false });
    await stream(2.5, true);
    await stream(1, false);
    await session.finish();
    expect(messages.length).toBeGreaterThan(0);
    for (const message of results(messages)) expect(message.is_final).toBe(true);
  });

  it("keeps marks out of words and transcript unless punctuation is asked for", async () => {
    const { session, messages, stream } = start({ punctuate: false });
    await stream(2.2, true);
    await session.finish();
    const [alternative] = results(messages).at(-1)?.channel.alternatives ?? [];
    expect(alternative?.transcript).toBe("word1 word2");
    expect(alternative?.words[0]).not.toHaveProperty("punctuated_word");
  });

  it("answers Finalize once, in the middle of speech, and not at all when nothing waits", async () => {
    const { session, messages, stream } = start();
    await stream(2.2, true);
    session.finalize();
    session.finalize();
    await session.finish();
    const finals = results(messages).filter((message) => message.is_final);
    expect(finals).toMatchObject([{ from_finalize: true, speech_final: true, start: 0, duration: 2.2 }]);
  });

  it("tells of speech and of its end only when asked", async () => {
    const { messages, stream } = start({ vadEvents: true, utteranceEndMs: 1000 });
    await stream(1, false);
    await stream(2.2, true);
    await stream(3, false);
    const others = messages.filter((message) => message.type !== "Results");
    expect(others.map((message) => message.type)).toEqual(["SpeechStarted", "UtteranceEnd"]);
    const silent = start();
    await silent.stream(2.2, true);
    await silent.stream(2, false);
    expect(results(silent.messages)).toHaveLength(silent.messages.length);
  });

  it("measures time by bytes at any rate and number of channels", async () => {
    const { session, messages } = start({}, false, { encoding: "linear16", sampleRate: 44_100, channels: 2 });
    session.feed(new Uint8Array(44_100 * 4));
    session.feed(new Uint8Array(44_100 * 2));
    await session.finish();
    const last = results(messages).at(-1);
    expect((last?.start ?? 0) + (last?.duration ?? 0)).toBeCloseTo(1.5, 3);
  });

  it("asks its host to stop reading while it is behind, and to go on when it has caught up", async () => {
    const { session, reading } = start();
    session.feed(sound(5, false));
    expect(reading).toEqual([false]);
    await session.finish();
    expect(reading.at(-1)).toBe(true);
  });

  it("reports a broken recogniser once and sends nothing more", async () => {
    const { messages, failures, stream } = start({}, true);
    await stream(2, true);
    const sent = messages.length;
    await stream(2, true);
    expect(failures).toHaveLength(1);
    expect(messages).toHaveLength(sent);
  });
});

describe("idle watch", () => {
  const opened = { openedMs: 0, lastFrameMs: 0, hasSentAudio: false, stalledMs: null };

  it("closes after ten seconds without a frame", () => {
    expect(judgeIdleness(opened, 9999)).toBeNull();
    expect(judgeIdleness(opened, 10_000)).toMatchObject({
      code: 1011,
      reason: expect.stringMatching(/net0001$/),
    });
  });

  it("lets KeepAlives hold a socket that has had audio, and no other", () => {
    expect(
      judgeIdleness({ openedMs: 0, lastFrameMs: 59_000, hasSentAudio: true, stalledMs: null }, 60_000),
    ).toBeNull();
    expect(
      judgeIdleness({ openedMs: 0, lastFrameMs: 59_000, hasSentAudio: false, stalledMs: null }, 60_000),
    ).toMatchObject({
      reason: expect.stringMatching(/net0000$/),
    });
  });

  it("ends a stream that too many keyterms have brought to a standstill", () => {
    const stalled = { openedMs: 0, lastFrameMs: 39_999, hasSentAudio: true, stalledMs: 10_000 };
    expect(judgeIdleness(stalled, 39_999)).toBeNull();
    expect(judgeIdleness(stalled, 40_000)).toMatchObject({ reason: expect.stringMatching(/net0000$/) });
  });

  it("keeps close reasons within what a close frame can carry", () => {
    const verdict = judgeIdleness(opened, 10_000);
    expect(Buffer.byteLength(verdict?.reason ?? "")).toBeGreaterThan(0);
    expect(Buffer.byteLength(verdict?.reason ?? "")).toBeLessThanOrEqual(123);
  });
});
