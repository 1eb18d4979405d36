import { afterAll, afterEach, beforeAll } from "vitest";
import { eventually } from "../../testing/wait.ts";
import {
  type Answer,
  askToSpeak,
  type Report,
  reportOn,
  type SpeakRequest,
  speakToEnd,
  speakToken,
} from "./speak-client.ts";
import { SpeakProvider } from "./speak-provider.ts";
import { chunksOf, proseOfChunks } from "./speak-text.ts";
import { startStack, type TestStack } from "./stack.ts";

export const providerKey = "key-of-the-provider-which-nobody-else-may-see";

/** A text nobody has asked for yet, what is asked of the provider for it, and a token of its own. */
export type Spoken = { readonly text: string; readonly chunks: readonly string[]; readonly token: string };

export type SpeakBench = {
  readonly stack: TestStack;
  readonly provider: SpeakProvider;
  /** Limits count by token, and a text may be known from before: each test has its own of both. */
  newText(chunks: number): Promise<Spoken>;
  ask(spoken: Spoken, more?: Partial<SpeakRequest>): Promise<Answer>;
  /** Reads to the end of the body. */
  hear(spoken: Spoken, more?: Partial<SpeakRequest>): ReturnType<typeof speakToEnd>;
  /** What is said of a request once it is over. */
  reportOf(spoken: Spoken, answer: { readonly headers: Answer["headers"] }): Promise<Report | null>;
};

/** A Worker of the file's own in front of a scripted provider; after each test nothing may be left open there. */
export function useSpeakBench(variables: Readonly<Record<string, string>> = {}): () => SpeakBench {
  let bench: SpeakBench | null = null;
  let seed = 0;

  beforeAll(async () => {
    const provider = await SpeakProvider.start();
    const { url } = provider;
    const stack = await startStack({
      engineUrl: url,
      providerUrl: url,
      variables: { DEEPGRAM_API_KEY: providerKey, ...variables },
    });
    const requestFor = ({ text, token }: Spoken, more: Partial<SpeakRequest>): SpeakRequest => ({
      url: stack.url,
      token,
      text,
      ...more,
    });
    bench = {
      stack,
      provider,
      async newText(count) {
        seed += 1;
        const text = proseOfChunks(count, seed);
        return { text, chunks: chunksOf(text), token: await speakToken(stack) };
      },
      ask: (spoken, more = {}) => askToSpeak(requestFor(spoken, more)),
      hear: (spoken, more = {}) => speakToEnd(requestFor(spoken, more)),
      reportOf: ({ token }, { headers }) =>
        eventually(
          "the request is over for the report too",
          () => reportOn(stack.url, token, headers["x-request-id"]),
          (report) => report !== null && report.state !== "running",
        ),
    };
  });

  afterEach(async () => {
    await eventually(
      "nothing is left open at the provider",
      () => bench?.provider.asked.filter(({ state }) => state === "open").map(({ number }) => number) ?? [],
      (open) => open.length === 0,
    );
  });

  afterAll(async () => {
    await bench?.stack.close();
    await bench?.provider.close();
  });

  return () => {
    if (bench === null) throw new Error("The bench is not set up yet.");
    return bench;
  };
}
