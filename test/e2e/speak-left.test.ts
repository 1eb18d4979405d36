import { describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { useSpeakBench } from "../support/speak-bench.ts";
import { startSpeaking } from "../support/speak-client.ts";

const bench = useSpeakBench();

const isAsked = () =>
  eventually(
    "it is asked",
    () => bench().provider.asked.length,
    (count) => count > 0,
  );

/** Long enough for whatever should not happen to happen. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 500));

describe("a listener who goes away", () => {
  const hungUp = (number: number) =>
    eventually(
      `request ${number} is hung up on`,
      () => bench().provider.when("left", number),
      (place) => place >= 0,
    );

  it.each([
    { name: "before there are headers", hasHeaders: false },
    { name: "before there is audio", hasHeaders: true },
  ])("$name has the provider's work ended, and nothing asked again", async ({ hasHeaders }) => {
    const { provider, newText, stack } = bench();
    const spoken = await newText(3);
    provider.begin((asked) => (hasHeaders ? asked.head() : undefined));
    const speaking = startSpeaking({ url: stack.url, token: spoken.token, text: spoken.text });
    await isAsked();
    speaking.leave("reset");
    await hungUp(1);
    await aWhile();
    expect(provider.texts).toEqual(spoken.chunks.slice(0, 1));
  });

  it("while a busy provider is waited for has nothing asked any more", async () => {
    const { provider, newText, stack } = bench();
    const spoken = await newText(1);
    provider.begin((asked) => asked.refuse(429, { err_code: "Too Many Requests" }, { "retry-after": "1" }));
    const speaking = startSpeaking({ url: stack.url, token: spoken.token, text: spoken.text });
    await isAsked();
    speaking.leave("reset");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(provider.asked).toHaveLength(1);
  });

  it.each([1, 3])("in the first chunk of %i has both chunks under way hung up on", async (count) => {
    const { provider, newText, stack, reportOf } = bench();
    const spoken = await newText(count);
    provider.begin((asked) => asked.send(100));
    const speaking = startSpeaking({ url: stack.url, token: spoken.token, text: spoken.text });
    const answer = await speaking.answer;
    await answer.reaches(100);
    const open = Math.min(2, count);
    await eventually(
      "they are asked",
      () => provider.asked.length,
      (asked) => asked === open,
    );
    speaking.leave("reset");
    for (let number = 1; number <= open; number++) await hungUp(number);
    await aWhile();
    expect(provider.asked).toHaveLength(open);
    expect(await reportOf(spoken, answer)).toMatchObject({
      state: "cancelled",
      chunks: { asked: open, spoken: 0, delivered: 0 },
      charactersDelivered: 0,
    });
  });

  it("in the second chunk has the third, which is read ahead, hung up on as well", async () => {
    const { provider, newText, stack, reportOf } = bench();
    const spoken = await newText(4);
    const [first = ""] = spoken.chunks;
    provider.begin((asked) => (asked.number === 1 ? asked.speak() : asked.send(400)));
    const heard = provider.audioOf(first).length + 400;
    const speaking = startSpeaking({ url: stack.url, token: spoken.token, text: spoken.text });
    const answer = await speaking.answer;
    await answer.reaches(heard);
    await eventually(
      "three are asked",
      () => provider.asked.length,
      (asked) => asked === 3,
    );
    speaking.leave("reset");
    await hungUp(2);
    await hungUp(3);
    await aWhile();
    expect(provider.texts).toEqual(spoken.chunks.slice(0, 3));
    const report = await reportOf(spoken, answer);
    expect(report).toMatchObject({
      state: "cancelled",
      chunks: { asked: 3, spoken: 1, delivered: 1 },
      charactersDelivered: first.length,
    });
    expect(report).not.toHaveProperty("error");
  });

  it.each([
    { name: "in the first chunk", isBegun: true },
    { name: "before there is audio", isBegun: false },
  ])("quietly $name is noticed with the next that is sent to him", async ({ isBegun }) => {
    const { provider, newText, stack } = bench();
    const spoken = await newText(4);
    const hasLeft = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      if (isBegun) await asked.send(100);
      else asked.head();
      await hasLeft.promise;
      for (let byte = 200; asked.state === "open" && byte < asked.audio.length; byte += 20) {
        await asked.send(byte);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return asked.speak();
    });
    const speaking = startSpeaking({ url: stack.url, token: spoken.token, text: spoken.text });
    if (isBegun) await (await speaking.answer).reaches(100);
    else await isAsked();
    speaking.leave("quietly");
    await aWhile();
    hasLeft.resolve();
    await hungUp(1);
    await aWhile();
    expect(provider.texts).toEqual(spoken.chunks.slice(0, provider.asked.length));
    expect(provider.asked.length).toBeLessThanOrEqual(2);
  });

  it("and does not read stops a provider that sends as fast as it can", async () => {
    const { provider, newText, stack } = bench();
    const spoken = await newText(2);
    provider.begin(undefined, { bytesPerCharacter: 60_000 * 20 });
    const speaking = startSpeaking({ url: stack.url, token: spoken.token, text: spoken.text });
    const answer = await speaking.answer;
    answer.pause();
    await eventually(
      "two are asked",
      () => provider.asked.length,
      (asked) => asked === 2,
    );
    await aWhile();
    speaking.leave("reset");
    await hungUp(2);
    expect(provider.asked).toHaveLength(2);
  });
});
