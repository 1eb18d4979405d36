import { setImmediate as turn } from "node:timers/promises";
import type { ChunkOrder, Context } from "../../../workers/speak/pipeline/chunk.ts";
import { startSpeech } from "../../../workers/speak/pipeline/speech.ts";
import { Tally } from "../../../workers/speak/pipeline/tally.ts";
import { asItIs, type Stitcher } from "../../../workers/speak/stitch/index.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

/** One request to the provider, answered step by step as the test goes on. */
export class Asked {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly #answer = Promise.withResolvers<Response>();
  readonly #audio = new TransformStream<Uint8Array, Uint8Array>({}, undefined, { highWaterMark: 64 });
  readonly #writer = this.#audio.writable.getWriter();

  constructor(text: string, signal: AbortSignal) {
    this.text = text;
    this.signal = signal;
    this.#writer.closed.catch(() => {});
    signal.addEventListener("abort", () => {
      this.#answer.reject(signal.reason);
      this.#writer.abort(signal.reason).catch(() => {});
    });
  }

  get answer(): Promise<Response> {
    return this.#answer.promise;
  }

  async accept(): Promise<this> {
    const headers = { "content-type": "audio/mpeg", "dg-request-id": `id of ${this.text}` };
    this.#answer.resolve(new Response(this.#audio.readable, { headers }));
    await settled();
    return this;
  }

  async refuse(status: number, body = "{}", headers: Record<string, string> = {}): Promise<void> {
    this.#answer.resolve(new Response(body, { status, headers }));
    await settled();
  }

  async vanish(): Promise<void> {
    this.#answer.reject(new TypeError("fetch failed"));
    await settled();
  }

  async say(audio: string): Promise<void> {
    void this.#writer.write(new TextEncoder().encode(audio)).catch(() => {});
    await settled();
  }

  async end(): Promise<void> {
    void this.#writer.close().catch(() => {});
    await settled();
  }

  async tear(): Promise<void> {
    void this.#writer.abort(new TypeError("terminated")).catch(() => {});
    await settled();
  }
}

/** Streams settle over several turns of the event loop; nothing here waits for real time. */
export async function settled(): Promise<void> {
  for (let count = 0; count < 8; count += 1) await turn();
}

/** A speech over a provider in the test's hands. Texts are spoken as chunks of their own, with as many characters as they have. */
export function speechOf(texts: readonly string[], stitcher: Stitcher = asItIs) {
  const time = new VirtualTime();
  const asked: Asked[] = [];
  const tally = new Tally();
  const stop = new AbortController();
  const context: Context = {
    ports: {
      mayGoOn: async () => true,
      ask(text, signal) {
        const one = new Asked(text, signal);
        asked.push(one);
        return one.answer.then((response) => ({ response, cache: "off" as const }));
      },
      now: time.now,
      random: () => 0.5,
      setTimer: time.setTimer,
    },
    patience: { firstByteMs: 10_000, idleMs: 15_000, busyFirstMs: 2_000, busyMs: 30_000 },
    tally,
    stop,
  };
  const orders: ChunkOrder[] = texts.map((text, index) => ({ text, size: text.length, number: index + 1 }));
  const speech = startSpeech(orders.values(), stitcher, context);
  speech.catch(() => {});
  return {
    time,
    asked,
    tally,
    stop,
    speech,
    /** Lets time pass, with all that follows. */
    async wait(ms: number): Promise<void> {
      await settled();
      await time.advance(ms);
      await settled();
    },
    /** The n-th request, from 1 on. */
    request(number: number): Asked {
      const one = asked[number - 1];
      if (one === undefined) throw new Error(`Only ${asked.length} requests were made.`);
      return one;
    },
  };
}
