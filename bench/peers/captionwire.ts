import { setTimeout as sleep } from "node:timers/promises";
import type { FloodLimits } from "../../cli/stack/worker.ts";
import { type Publisher, publish } from "../../client/index.ts";
import { type AudioFormat, msToSamples, samplesToBytes } from "../../shared/audio.ts";
import { startStack, type TestStack } from "../../test/support/stack.ts";
import { Random } from "../../test/support/tape/random.ts";
import { eventually, within } from "../../testing/wait.ts";
import type { Contestant } from "../load/contestant.ts";
import { named } from "../load/proc.ts";
import type { ScriptedProvider } from "../load/provider.ts";

export type Captionwire = Contestant & {
  readonly stack: TestStack;
  readonly room: string;
  /** A session in another room, for so long: what the provider says there is its transcript. */
  fill(room: string, forMs: number): Promise<void>;
};

/** Of the audio that is published, frame by frame. */
export const format: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };
export const frameMs = 100;
/** Longer than any benchmark runs: what a viewer's token costs is paid once, before the window. */
const tokenSeconds = 2 * 60 * 60;

/** The product as it is served: the bundled Worker on Miniflare's interface, a publisher who sends audio at real time. */
export async function startCaptionwire(
  provider: ScriptedProvider,
  floodLimits: FloodLimits = "off",
): Promise<Captionwire> {
  const before = named(process.pid, "workerd");
  const stack = await startStack({ engineUrl: provider.url, providerUrl: provider.url, floodLimits });
  const pids = named(process.pid, "workerd").filter((pid) => !before.includes(pid));
  const room = "bench";
  const token = await stack.token({ scopes: ["captions:view"], room, ttl: tokenSeconds });
  const sound = noise();
  let live: Broadcast | null = null;
  return {
    name: "Captionwire",
    target: { dialect: "captionwire", url: stack.url, room, token },
    stack,
    room,
    pids: () => pids,
    async begin() {
      live = await broadcast(stack, room, sound);
    },
    async end() {
      const ending = live;
      live = null;
      await ending?.finish();
    },
    async fill(other, forMs) {
      const filling = await broadcast(stack, other, sound);
      await sleep(forMs);
      await filling.finish();
    },
    async close() {
      live?.close();
      await stack.close();
    },
  };
}

type Broadcast = { finish(): Promise<void>; close(): void };

async function broadcast(stack: TestStack, room: string, sound: Uint8Array): Promise<Broadcast> {
  const publisher = publish({
    url: stack.url,
    room,
    token: () => stack.token({ scopes: ["captions:publish"], room }),
    format,
  });
  await eventually(
    "the publisher is accepted",
    () => publisher.state.state,
    (state) => state === "connected",
  );
  const clock = speakEvenly(publisher, sound);
  return {
    async finish() {
      clearInterval(clock);
      await within("the room finishes the session", publisher.finish(), 30_000);
    },
    close() {
      clearInterval(clock);
      publisher.close();
    },
  };
}

function speakEvenly(publisher: Publisher, sound: Uint8Array): NodeJS.Timeout {
  const began = performance.now();
  let written = 0;
  return setInterval(() => {
    for (; (written + 1) * frameMs <= performance.now() - began; written++) publisher.write(sound);
  }, frameMs / 4);
}

/** As loud as speech, and the same every time; what it says is the scripted provider's to decide. */
export function noise(): Uint8Array {
  const random = new Random(7);
  const samples = new Int16Array(samplesToBytes(msToSamples(frameMs, format), format) / 2);
  for (let at = 0; at < samples.length; at++) samples[at] = random.int(-6_000, 6_000);
  return new Uint8Array(samples.buffer);
}
