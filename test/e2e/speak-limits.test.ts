import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { useSpeakBench } from "../support/speak-bench.ts";
import { startSpeaking } from "../support/speak-client.ts";
import { prose } from "../support/speak-text.ts";

const bench = useSpeakBench();

const RefusalSchema = v.looseObject({ retryable: v.boolean() });

describe("requests that are refused before the provider hears of them", () => {
  const raw = "encoding=linear16&container=none";

  it.each<[string, Parameters<ReturnType<typeof bench>["hear"]>[1], number]>([
    ["no text", { body: "{}" }, 400],
    ["an empty text", { body: '{"text":""}' }, 400],
    ["a text of white space", { body: '{"text":" \\n\\t "}' }, 400],
    ["text and url", { body: '{"text":"Hi.","url":"https://example.com"}' }, 400],
    ["a url", { body: '{"url":"https://example.com/text"}' }, 400],
    ["no JSON", { body: "Hello." }, 400],
    ["a text that is a number", { body: '{"text":1}' }, 400],
    ["JSON that is a list", { body: "[]" }, 400],
    ["no body", { body: "" }, 400],
    ["invalid UTF-8", { body: Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]) }, 400],
    [
      "invalid UTF-8 in plain text",
      { body: Uint8Array.from([0x48, 0xc3, 0x28]), headers: { "content-type": "text/plain" } },
      400,
    ],
    [
      "another kind of body",
      { body: "text=Hi", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
    ],
    ["an unknown parameter", { query: `${raw}&voice=thalia` }, 400],
    ["an unknown parameter of a name that objects have", { query: `${raw}&constructor=1` }, 400],
    ["a callback", { query: `${raw}&callback=https%3A%2F%2Fexample.com` }, 400],
    ["a sample rate for mp3", { query: "sample_rate=24000" }, 400],
    ["a sample rate nobody speaks", { query: "encoding=linear16&sample_rate=12345" }, 400],
    ["opus in WAV", { query: "encoding=opus&container=wav" }, 400],
    ["an unknown encoding", { query: "encoding=morse" }, 400],
    ["a long text as flac", { text: prose(3_000), query: "encoding=flac" }, 400],
    ["a long text as aac", { text: prose(3_000), query: "encoding=aac" }, 400],
    ["more than 2 MB", { body: JSON.stringify({ text: "a".repeat(2 * 1024 * 1024) }) }, 413],
    ["100,001 characters", { text: `${"a ".repeat(50_000)}b` }, 413],
  ])("%s", async (_, more, status) => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(1);
    provider.begin();
    const answer = await hear(spoken, more);
    expect(answer.status).toBe(status);
    const refusal = v.parse(RefusalSchema, JSON.parse(answer.audio.toString()));
    expect(refusal.retryable).toBe(false);
    expect("err_code" in refusal || "category" in refusal).toBe(true);
    expect(answer.headers["dg-error"]).toBeTypeOf("string");
    expect(provider.asked).toEqual([]);
  });

  it.each(["flac", "aac"])("a short text as %s is none of them", async (encoding) => {
    const { provider, newText, hear } = bench();
    provider.begin();
    expect(await hear(await newText(1), { query: `encoding=${encoding}` })).toMatchObject({
      status: 200,
      ended: "whole",
    });
  });

  it("100,000 characters of code points are not too many", async () => {
    const { provider, newText, hear } = bench();
    provider.begin(undefined, { bytesPerCharacter: 2 });
    const text = "\u{1f600}\u{1f600}\u{1f600}. ".repeat(20_000);
    const answer = await hear(await newText(1), { text });
    expect(answer).toMatchObject({ status: 200, ended: "whole" });
    expect(answer.headers["dg-char-count"]).toBe("100000");
    expect(provider.texts.join("")).toBe(text);
  });

  it("an eleventh request at once with one token", async () => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(1);
    const goOn = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      await asked.send(10);
      await goOn.promise;
      return asked.speak();
    });
    const ten = await Promise.all(Array.from({ length: 10 }, () => ask(spoken)));
    const refused = await ask(spoken);
    await refused.ended;
    expect(refused.status).toBe(429);
    expect(refused.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
    expect(JSON.parse(refused.body().toString())).toMatchObject({ retryable: true });
    expect((await (await ask(await newText(1))).reaches(1)).length).toBeGreaterThan(0);
    goOn.resolve();
    for (const answer of ten) expect(await answer.ended).toBe("whole");
    const later = await ask(spoken);
    expect(later.status).toBe(200);
    expect(await later.ended).toBe("whole");
  });
});

describe("the places of those who left", () => {
  it("are given back", async () => {
    const { provider, newText, ask, stack } = bench();
    const spoken = await newText(1);
    provider.begin((asked) => asked.send(100));
    const { token, text } = spoken;
    const leaving = Array.from({ length: 10 }, () => startSpeaking({ url: stack.url, token, text }));
    // Half of them in the middle, half before there is an answer.
    const begun = await Promise.all(leaving.slice(0, 5).map(({ answer }) => answer));
    for (const answer of begun) await answer.reaches(100);
    for (const one of leaving) one.leave("reset");
    await eventually(
      "nobody is spoken to",
      () => provider.open,
      (open) => open === 0,
    );
    provider.begin();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(spoken)));
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(await answer.ended).toBe("whole");
    }
  });
});
