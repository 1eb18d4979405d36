import { join } from "node:path";
import * as v from "valibot";
import { inRoot } from "../../cli/paths.ts";
import { type Child, startChild } from "../../cli/stack/child.ts";
import { Nothing, tell } from "./control.ts";
import { type Asked, AskedSchema, type Pace } from "./pace.ts";

const WhereSchema = v.object({ url: v.string() });
const AllAskedSchema = v.object({ asked: v.array(AskedSchema) });

/** The provider of speech; `voice-process.ts` says how it speaks. */
export class PacedVoice {
  /** Where it is asked to speak. */
  readonly url: string;
  readonly #child: Child;

  private constructor(child: Child, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(folder: string): Promise<PacedVoice> {
    const child = await startChild({
      name: "paced voice",
      script: inRoot("bench/peers/voice-process.ts"),
      settings: {},
      logFile: join(folder, "voice.log"),
      readyWithinMs: 20_000,
    });
    const { url } = await tell(`${child.url}/where`, {}, WhereSchema);
    return new PacedVoice(child, url);
  }

  /** From now on it speaks like this. */
  async speaks(pace: Pace): Promise<void> {
    await tell(`${this.#child.url}/pace`, pace, Nothing);
  }

  /** The requests since then. */
  async asked(): Promise<Asked[]> {
    return (await tell(`${this.#child.url}/asked`, {}, AllAskedSchema)).asked;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
