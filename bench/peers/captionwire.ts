import { type Publisher, publish } from "../../client/index.ts";
import { type AudioFormat, msToSamples, samplesToBytes } from "../../shared/audio.ts";
import { startStack, type TestStack } from "../../test/support/stack.ts";
import { Random } from "../../test/support/tape/random.ts";
import { eventually, within } from "../../test/support/wait.ts";
import type { Contestant } from "../load/contestant.ts";
import { named } from "../load/proc.ts";
import type { ScriptedProvider } from "../load/provider.ts";

export type Captionwire = Contestant & { readonly stack: TestStack; readonly room: string };

const format: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };
const frameMs = 100;
/** Longer than any benchmark runs: what a viewer's token costs is paid once, before the window. */
const tokenSeconds = 2 * 60 * 60;

/** The product as it is served: the bundled Worker on Miniflare's interface, a publisher who sends audio at real time. */
export async function startCaptionwire(provider: ScriptedProvider): Promise<Captionwire> {
  const before = named(process.pid, "workerd");
  const stack = await startStack({ engineUrl: provider.url, providerUrl: provider.url });
  const pids = named(process.pid, "workerd").filter((pid) => !before.includes(pid));
  const room = "bench";
  const token = await stack.token({ scopes: ["captions:view"], room, ttl: tokenSeconds });
  const sound = noise();
  let live: { readonly publisher: Publisher; readonly clock: NodeJS.Timeout } | null = null;
  return {
    name: "Captionwire",
    target: { dialect: "captionwire", url: stack.url, room, token },
    stack,
    room,
    pids: () => pids,
    async begin() {
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
      live = { publisher, clock: speakEvenly(publisher, sound) };
    },
    async end() {
      if (live === null) return;
      const { publisher, clock } = live;
      live = null;
      clearInterval(clock);
      await within("the room finishes the session", publisher.finish(), 30_000);
    },
    async close() {
      if (live !== null) {
        clearInterval(live.clock);
        live.publisher.close();
      }
      await stack.close();
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
function noise(): Uint8Array {
  const random = new Random(7);
  const samples = new Int16Array(samplesToBytes(msToSamples(frameMs, format), format) / 2);
  for (let at = 0; at < samples.length; at++) samples[at] = random.int(-6_000, 6_000);
  return new Uint8Array(samples.buffer);
}
