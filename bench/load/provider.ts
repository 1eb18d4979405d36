import { join } from "node:path";
import * as v from "valibot";
import { inRoot } from "../../cli/paths.ts";
import { type Child, startChild } from "../../cli/stack/child.ts";
import type { StreamOptions } from "../stream/stream.ts";
import { Nothing, tell } from "./control.ts";

const SentSchema = v.object({ finals: v.array(v.number()), messages: v.number() });

/** The scripted provider; `upstream-process.ts` says what it plays where. */
export class ScriptedProvider {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(folder: string): Promise<ScriptedProvider> {
    const child = await startChild({
      name: "scripted provider",
      script: inRoot("bench/peers/upstream-process.ts"),
      settings: {},
      logFile: join(folder, "provider.log"),
      readyWithinMs: 20_000,
    });
    return new ScriptedProvider(child);
  }

  get url(): string {
    return this.#child.url;
  }

  /** For contestants that hear no audio. */
  get relayUrl(): string {
    return `${this.url.replace("http", "ws")}/relay`;
  }

  /** A direct socket beside whoever is played to. */
  get followUrl(): string {
    return `${this.url.replace("http", "ws")}/follow`;
  }

  /** The next stream is like this. */
  play(options: StreamOptions) {
    return tell(`${this.url}/play`, options, Nothing);
  }

  /** Whoever fell behind can catch up: an end that is asked for would wait behind what is yet to be handed on. */
  hush() {
    return tell(`${this.url}/hush`, {}, Nothing);
  }

  sent() {
    return tell(`${this.url}/sent`, {}, SentSchema);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
