import { describe, expect, it } from "vitest";
import { eventually, within } from "../../testing/wait.ts";
import { useSpeakBench } from "../support/speak-bench.ts";

const bench = useSpeakBench();

/** Long enough for whatever should not happen to happen. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 500));

describe("a long text", () => {
  it("is spoken in its order, sample for sample, one chunk ahead and no more", async () => {
    const { provider, newText, hear, reportOf } = bench();
    const spoken = await newText(12);
    provider.begin();
    const answer = await hear(spoken);
    expect(answer).toMatchObject({ status: 200, ended: "whole" });
    expect(answer.audio.equals(provider.audioOf(...spoken.chunks))).toBe(true);

    expect(provider.texts).toEqual(spoken.chunks);
    expect(provider.texts.join("")).toBe(spoken.text);
    expect(provider.most).toBeLessThanOrEqual(2);
    for (let number = 1; number + 2 <= 12; number++) {
      // What is taken of the next chunk can only be taken behind all of this one.
      expect(provider.when("begun", number + 2)).toBeGreaterThan(provider.when("ended", number));
    }
    for (const { query } of provider.asked) {
      expect(Object.fromEntries(query)).toEqual({
        model: "aura-2-thalia-en",
        encoding: "linear16",
        container: "none",
        sample_rate: "24000",
      });
    }
    expect(await reportOf(spoken, answer)).toMatchObject({
      state: "complete",
      model: "aura-2-thalia-en",
      encoding: "linear16",
      characters: spoken.text.length,
      chunks: { asked: 12, spoken: 12, delivered: 12 },
      charactersAsked: spoken.text.length,
      charactersSpoken: spoken.text.length,
      charactersDelivered: spoken.text.length,
      bytesDelivered: answer.audio.length,
      tries: 12,
      providerRequestIds: provider.asked.map(({ requestId }) => requestId),
    });
  });

  it("is asked for as WAV without headers, and has one of its own", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(3);
    provider.begin();
    const answer = await hear(spoken, { query: "model=aura-2-thalia-en&encoding=linear16&tag=a&tag=b" });
    expect(answer.headers["content-type"]).toBe("audio/wav");
    expect(answer.audio.toString("latin1", 0, 4)).toBe("RIFF");
    expect(answer.audio.readUInt32LE(24)).toBe(24_000);
    expect(answer.audio.subarray(44).equals(provider.audioOf(...spoken.chunks))).toBe(true);
    for (const { query } of provider.asked) {
      expect(query.get("container")).toBe("none");
      expect(query.getAll("tag")).toEqual(["a", "b"]);
    }
  });

  it.each(["", "model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&container=wav&speed=1.2&tag=x"])(
    "of one chunk is passed on as it is (%j)",
    async (query) => {
      const { provider, newText, hear } = bench();
      const spoken = await newText(1);
      provider.begin();
      const answer = await hear(spoken, { query });
      expect(answer).toMatchObject({ status: 200, ended: "whole" });
      const [asked] = provider.asked;
      expect(String(asked?.query)).toBe(query);
      expect(answer.audio.equals(asked?.audio ?? Buffer.alloc(0))).toBe(true);
    },
  );

  it("has its first audio handed on while the provider is still speaking it", async () => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(3);
    const heard = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      await asked.send(100);
      await heard.promise;
      return asked.speak();
    });
    const answer = await ask(spoken);
    await answer.reaches(100);
    heard.resolve();
    expect(await answer.ended).toBe("whole");
  });

  it("is not asked for a chunk further before the one ahead is being heard", async () => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(4);
    const goOn = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      if (asked.number > 1) return asked.speak();
      await asked.send(100);
      await goOn.promise;
      provider.mark("first goes on");
      return asked.speak();
    });
    const answer = await ask(spoken);
    await eventually(
      "the second chunk is read ahead",
      () => provider.when("ended", 2),
      (place) => place >= 0,
    );
    await aWhile();
    expect(provider.texts).toEqual(spoken.chunks.slice(0, 2));
    expect(answer.length).toBe(100);
    goOn.resolve();
    expect(await answer.ended).toBe("whole");
    expect(provider.when("begun", 3)).toBeGreaterThan(provider.when("mark", "first goes on"));
    expect(answer.body().equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });

  it("asks for the second chunk only when the first has begun", async () => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(2);
    const begin = Promise.withResolvers<void>();
    provider.begin(async (asked) => {
      if (asked.number > 1) return asked.speak();
      asked.head();
      await begin.promise;
      provider.mark("first begins");
      return asked.speak();
    });
    const asking = ask(spoken);
    await eventually(
      "it is asked",
      () => provider.asked.length,
      (count) => count > 0,
    );
    await aWhile();
    begin.resolve();
    expect(await (await asking).ended).toBe("whole");
    expect(provider.when("begun", 2)).toBeGreaterThan(provider.when("mark", "first begins"));
  });

  it("comes with many others at once, each with its own sound", async () => {
    const { provider, newText, hear } = bench();
    const texts = await Promise.all(Array.from({ length: 20 }, () => newText(4)));
    provider.begin();
    const answers = await Promise.all(texts.map((spoken) => hear(spoken)));
    for (const [index, { ended, audio }] of answers.entries()) {
      expect(ended).toBe("whole");
      expect(audio.equals(provider.audioOf(...(texts[index]?.chunks ?? [])))).toBe(true);
    }
    expect(provider.asked).toHaveLength(80);
  });
});

describe("a listener who does not read", () => {
  // A chunk here is larger than everything the system's sockets hold on the way.
  const bytesPerCharacter = 60_000;
  const heldMaxBytes = 48 * 1024 * 1024;

  it.each([
    { name: "passed on", count: 1, stalling: 1, bytesPerCharacter: 2_500_000 },
    { name: "stitched", count: 2, stalling: 2, bytesPerCharacter: 60_000 * 20 },
  ])("makes the provider wait, and has every byte later ($name)", async (scene) => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(scene.count);
    provider.begin(undefined, scene);
    const whole = provider.audioOf(...spoken.chunks);
    expect(whole.length).toBeGreaterThan(1.5 * heldMaxBytes);
    const answer = await ask(spoken);
    answer.pause();
    const sent = () => provider.asked.reduce((sum, asked) => sum + asked.sent, 0);
    let last = -1;
    await eventually(
      "the provider has to wait",
      async () => {
        last = sent();
        await aWhile();
        return sent() - last;
      },
      (grown) => grown === 0,
    );
    expect(sent()).toBeLessThan(heldMaxBytes);
    expect(provider.open).toBeGreaterThan(0);
    answer.resume();
    expect(await within("the rest", answer.ended, 30_000)).toBe("whole");
    expect(answer.body().equals(whole)).toBe(true);
  });

  it("has no more than one chunk asked for ahead, and that one only in part", async () => {
    const { provider, newText, ask } = bench();
    const spoken = await newText(4);
    provider.begin(undefined, { bytesPerCharacter });
    const answer = await ask(spoken);
    await answer.reaches(1);
    answer.pause();
    await aWhile();
    await aWhile();
    expect(provider.asked.length).toBeLessThanOrEqual(3);
    const ahead = provider.asked.at(-1);
    expect(ahead?.state).toBe("open");
    expect(ahead?.sent).toBeLessThan(heldMaxBytes);
    answer.resume();
    expect(await within("the rest", answer.ended, 45_000)).toBe("whole");
    expect(answer.body().equals(provider.audioOf(...spoken.chunks))).toBe(true);
  });
});
