import { playAtRealTime } from "../cli/broadcast/pace.ts";
import { playSource } from "../cli/broadcast/play.ts";
import { type AudioSource, openFile } from "../cli/broadcast/source.ts";
import { type AudioFormat, type PublisherState, publish, type Recognition } from "../client/index.ts";
import { msToSamples, samplesToBytes } from "../shared/audio.ts";
import { type Rooms, tokensOf } from "./viewer.ts";
import { eventually, within } from "./wait.ts";

export type PublisherOptions = {
  /** What is sent: linear16, 16 kHz, one channel unless given. */
  readonly format?: AudioFormat;
  /** How this session's speech is recognised, over the room's settings: `{ model: "flux-general-en" }`. */
  readonly recognition?: Recognition;
  /** Ends whatever publishes in the room now. */
  readonly takeover?: boolean;
};

/**
 * A speaker in a room, by the client that apps use: it comes back by itself after any interruption and sends again what the
 * room has not captioned.
 */
export type Publisher = {
  readonly room: string;
  readonly format: AudioFormat;
  readonly state: PublisherState;
  /** Plays a WAV file of the publisher's format at real time; settles when its last sample is written. */
  play(path: string): Promise<void>;
  /**
   * Writes so much silence at once: audio for a pause, or for what a script says. Milliseconds; it leaves in frames of 100, and
   * what fills none waits for more audio or the end. A room passes 2 s on at once, and the rest at 1.25 times real time.
   */
  silence(ms: number): Promise<void>;
  /** Writes raw audio of `format`, whole samples, at once. */
  write(audio: Uint8Array): void;
  /** Ends the session; settles once the room holds its last words, with the version that does. */
  finish(): Promise<{ version: number }>;
  /** Leaves without a word, as a closed laptop does: the room waits 30 s for its return. */
  close(): void;
};

export type SpeakingPublisher = Publisher & {
  /** Says a sentence with the engine's voice at real time; settles when its last sample is written. */
  say(text: string): Promise<void>;
};

/** The text as linear16 audio of one channel. */
export type Voice = (text: string, sampleRate: number) => Promise<Uint8Array>;

const usualFormat: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };

const finishWithinMs = 60_000;

/** Settles once the room has accepted it; rejects with the service's or the room's reason when it is refused. */
export async function openPublisher(
  rooms: Rooms,
  room: string,
  options: PublisherOptions = {},
): Promise<Publisher> {
  const { format = usualFormat, recognition, takeover = false } = options;
  const client = publish({
    url: rooms.url,
    room,
    format,
    takeover,
    ports: { openSocket },
    token: await tokensOf(rooms, {
      scopes: takeover ? ["captions:publish", "rooms:admin"] : ["captions:publish"],
      room,
    }),
    ...(recognition === undefined ? {} : { recognition }),
  });
  rooms.closed?.addEventListener("abort", () => client.close(), { once: true });
  try {
    const state = await eventually(
      `The room "${room}" accepts the publisher`,
      (): PublisherState => client.state,
      ({ state }) => state === "connected" || state === "failed" || state === "closed",
    );
    rooms.closed?.throwIfAborted();
    if (state.state === "failed")
      throw new Error(`The room "${room}" refused the publisher with ${state.code}: ${state.message}`);
  } catch (error) {
    client.close();
    throw error;
  }
  return {
    room,
    format,
    get state() {
      return client.state;
    },
    play: async (path) => {
      const source = await openFile(path);
      assertFormat(path, source, format);
      const stop = new AbortController().signal;
      await playSource({ source, aheadMs: 0, write: client.write, room: async () => {}, stop });
    },
    silence: async (ms) => client.write(silentAudio(ms, format)),
    write: client.write,
    finish: () => within(`The room "${room}" finishes the session`, client.finish(), finishWithinMs),
    close: client.close,
  };
}

/** One on which nothing ever waits, so that audio leaves in frames of the same length however busy the machine is. */
function openSocket(url: string, protocols: string[]): WebSocket {
  const socket = new WebSocket(url, protocols);
  Object.defineProperty(socket, "bufferedAmount", { value: 0 });
  return socket;
}

/** Gives a publisher a voice. */
export function speaking(publisher: Publisher, voice: Voice): SpeakingPublisher {
  const { format } = publisher;
  return Object.assign(publisher, {
    async say(text: string) {
      if (format.encoding !== "linear16" || format.channels !== 1)
        throw new Error(
          `The engine's voice is linear16 of one channel; this publisher sends ${told(format)}. ` +
            "Leave out `format`, or play a file.",
        );
      await playAtRealTime(await voice(text, format.sampleRate), format, publisher.write).done;
    },
  });
}

function assertFormat(path: string, source: AudioSource, format: AudioFormat): void {
  const { encoding, sampleRate, channels } = source.format;
  if (encoding === format.encoding && sampleRate === format.sampleRate && channels === format.channels)
    return;
  throw new Error(
    `${path} holds ${told(source.format)}; this publisher sends ${told(format)}. ` +
      `Start it with cw.publisher(room, { format: ${JSON.stringify(source.format)} }).`,
  );
}

function told({ encoding, sampleRate, channels }: AudioFormat): string {
  return `${encoding}, ${sampleRate} Hz, ${channels} ${channels === 1 ? "channel" : "channels"}`;
}

function silentAudio(ms: number, format: AudioFormat): Uint8Array {
  const bytes = samplesToBytes(msToSamples(ms, format), format);
  return new Uint8Array(bytes).fill(quietByte[format.encoding]);
}

/** What stands for no sound (ITU-T G.711 §2). */
const quietByte = { linear16: 0, mulaw: 0xff, alaw: 0xd5 } as const;
