import { silence } from "./speaker.ts";
import type { Target } from "./target.ts";
import { type Captioned, type Shared, World } from "./world.ts";

const sentences = ["Please turn on the lights.", "The quick brown fox jumps over the lazy dog."] as const;

/** What the tests of one target share: speech, made once, and a room with captions that nobody changes. */
export class Library implements Shared {
  readonly #target: Target;
  #clips = new Map<string, Promise<Uint8Array>>();
  #captioned: Promise<Captioned> | null = null;

  constructor(target: Target) {
    this.#target = target;
  }

  sentence(): Promise<Uint8Array> {
    return this.#once("sentence", async () => joined(await this.#spoken(sentences[0]), silence(600)));
  }

  sentences(): Promise<Uint8Array> {
    return this.#once("sentences", async () =>
      joined(await this.#spoken(sentences[0]), silence(900), await this.#spoken(sentences[1]), silence(600)),
    );
  }

  captioned(): Promise<Captioned> {
    this.#captioned ??= this.#caption();
    return this.#captioned;
  }

  async close(): Promise<void> {
    await (await this.#captioned)?.world.close();
  }

  async #caption(): Promise<Captioned> {
    const world = new World(this.#target, this);
    const audio = await this.sentences();
    const speaker = await world.speak();
    await speaker.say(audio);
    const version = await speaker.finish();
    if (version < 2) throw new Error(`Two sentences with a pause between them came to version ${version}.`);
    return { world, audio, session: speaker.ready.session, version };
  }

  async #spoken(text: string): Promise<Uint8Array> {
    return (await this.#target.speech(text)).data;
  }

  #once(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const made = this.#clips.get(name) ?? make();
    this.#clips.set(name, made);
    return made;
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
