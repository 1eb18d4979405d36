import type { DialListener, MemberSocket, Ports } from "../../party/room/ports.ts";
import { Room } from "../../party/room/room.ts";
import type { RoomStore, StoredRoom } from "../../party/room/store.ts";
import { change } from "../../party/room/transcript.ts";
import { settle, VirtualTime } from "./virtual-time.ts";

/** A provider's socket whose every word the test speaks: exact faults at exact times. */
export class ScriptedSocket {
  readonly path: string;
  readonly sent: (string | Uint8Array)[] = [];
  readonly #listener: DialListener;
  abandoned = false;

  constructor(path: string, listener: DialListener) {
    this.path = path;
    this.#listener = listener;
  }

  get bytes(): number {
    return this.sent.reduce((sum, item) => sum + (typeof item === "string" ? 0 : item.length), 0);
  }

  get controls(): string[] {
    return this.sent.filter((item) => typeof item === "string");
  }

  async open(): Promise<void> {
    this.#listener.opened();
    await settle();
  }

  async refuse(status: number): Promise<void> {
    this.#listener.refused(status, "scripted");
    await settle();
  }

  async close(code: number, reason = ""): Promise<void> {
    this.#listener.closed(code, reason);
    await settle();
  }

  async say(message: object | string): Promise<void> {
    this.#listener.message(typeof message === "string" ? message : JSON.stringify(message));
    await settle();
  }

  results(text: string, startS: number, endS: number, isFinal: boolean): Promise<void> {
    const words = text.split(" ").filter((word) => word !== "");
    const stepS = (endS - startS) / Math.max(1, words.length);
    return this.say({
      type: "Results",
      start: startS,
      duration: endS - startS,
      is_final: isFinal,
      speech_final: isFinal,
      channel_index: [0, 1],
      channel: {
        alternatives: [
          {
            transcript: text,
            confidence: 0.9,
            words: words.map((word, at) => ({
              word: word.toLowerCase(),
              punctuated_word: word,
              start: startS + at * stepS,
              end: startS + (at + 1) * stepS,
              confidence: 0.9,
            })),
          },
        ],
      },
    });
  }
}

export class ScriptedMember implements MemberSocket {
  readonly id: string;
  readonly frames: Record<string, unknown>[] = [];
  closed: { code: number; reason: string } | null = null;

  constructor(id: string) {
    this.id = id;
  }

  send(text: string): void {
    this.frames.push(JSON.parse(text));
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  of(type: string): Record<string, unknown>[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}

/** Storage that outlives its room, as a disk outlives a process. `gate` holds commits back until it resolves. */
export class MemoryStore implements RoomStore {
  room: StoredRoom | null = null;
  gate: Promise<void> = Promise.resolve();
  failing = false;

  async load(): Promise<StoredRoom | null> {
    return this.room;
  }

  async create(room: StoredRoom): Promise<void> {
    this.room = room;
  }

  async commit(commit: Parameters<RoomStore["commit"]>[0]): Promise<void> {
    await this.gate;
    if (this.failing) throw new Error("disk full");
    if (this.room === null) throw new Error("no room");
    const { transcript } = this.room;
    const next =
      commit.change === null
        ? transcript
        : change(
            transcript,
            commit.change.put,
            commit.change.removed.map(({ id }) => id),
            1_000,
          ).transcript;
    this.room = { transcript: next, session: commit.session };
  }
}

/** A room in a world that stands still until the test moves it. */
export class ScriptedWorld {
  readonly time = new VirtualTime();
  readonly store = new MemoryStore();
  readonly dialled: ScriptedSocket[] = [];
  deaths = 0;
  #ids = 0;

  readonly ports: Ports = {
    now: this.time.now,
    random: () => 0.5,
    newId: () => `id${++this.#ids}`,
    setTimer: this.time.setTimer,
    dial: ({ path }, listener) => {
      const socket = new ScriptedSocket(path, listener);
      this.dialled.push(socket);
      return {
        send: (data) => socket.sent.push(data),
        abandon: () => {
          socket.abandoned = true;
        },
      };
    },
    die: () => {
      this.deaths += 1;
    },
    log: () => {},
  };

  openRoom(): Promise<Room> {
    return Room.open(this.ports, this.store);
  }

  /** The newest provider socket. */
  get upstream(): ScriptedSocket {
    const socket = this.dialled.at(-1);
    if (socket === undefined) throw new Error("the room has opened no upstream socket");
    return socket;
  }
}

export const start = { type: "start", encoding: "linear16", sampleRate: 16000, channels: 1 } as const;

/** Silence: what is recognised in it is up to the scripted provider. */
export function audioMs(ms: number): Uint8Array {
  return new Uint8Array(ms * 32);
}
