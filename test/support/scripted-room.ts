import type { Point } from "../../party/room/measure/points.ts";
import { type MeasureStore, memoryMeasures } from "../../party/room/measure/store.ts";
import type { BatchAnswer, BatchRequest, DialListener, MemberSocket, Ports } from "../../party/room/ports.ts";
import { Room } from "../../party/room/room.ts";
import type { Commit, RoomStore, StoredRoom } from "../../party/room/store.ts";
import { changed } from "../../party/room/transcript.ts";
import type { RoomSettings } from "../../shared/settings.ts";
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
            words: wordsOf(text, startS, endS),
          },
        ],
      },
    });
  }
}

function wordsOf(text: string, startS: number, endS: number): object[] {
  const words = text.split(" ").filter((word) => word !== "");
  const stepS = (endS - startS) / Math.max(1, words.length);
  return words.map((word, at) => ({
    word: word.toLowerCase(),
    punctuated_word: word,
    start: startS + at * stepS,
    end: startS + (at + 1) * stepS,
    confidence: 0.9,
  }));
}

/** A request to the batch endpoint that waits for the test's answer. */
export class ScriptedBatch {
  readonly request: BatchRequest;
  readonly #answered: (answer: BatchAnswer) => void;
  cancelled = false;

  constructor(request: BatchRequest, answered: (answer: BatchAnswer) => void) {
    this.request = request;
    this.#answered = answered;
  }

  async answer(status: number, body: object | string = ""): Promise<void> {
    this.#answered({ status, body: typeof body === "string" ? body : JSON.stringify(body) });
    await settle();
  }

  /** One utterance, its words spread evenly. */
  recognise(text: string, startS: number, endS: number): Promise<void> {
    const words = wordsOf(text, startS, endS);
    return this.answer(200, {
      results: {
        channels: [{ alternatives: [{ transcript: text, confidence: 0.9, words }] }],
        utterances: [{ start: startS, end: endS, confidence: 0.9, channel: 0, transcript: text, words }],
      },
    });
  }
}

export class ScriptedMember implements MemberSocket {
  readonly id: string;
  pingedAt: number | null = null;
  readonly frames: Record<string, unknown>[] = [];
  closed: { code: number; reason: string } | null = null;

  constructor(id: string) {
    this.id = id;
  }

  lastPingAt(): number | null {
    return this.pingedAt;
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

  async commit({ change: made, session }: Commit): Promise<void> {
    await this.gate;
    if (this.failing) throw new Error("disk full");
    if (this.room === null) throw new Error("no room");
    const transcript = made === null ? this.room.transcript : changed(this.room.transcript, made);
    this.room = { ...this.room, transcript, session: session ?? this.room.session };
  }

  async configure(settings: RoomSettings): Promise<void> {
    if (this.room === null) throw new Error("no room");
    this.room = { ...this.room, settings };
  }
}

/** A room in a world that stands still until the test moves it. */
export class ScriptedWorld {
  readonly time = new VirtualTime();
  readonly store = new MemoryStore();
  readonly measures: MeasureStore = memoryMeasures();
  readonly dialled: ScriptedSocket[] = [];
  readonly batches: ScriptedBatch[] = [];
  readonly renewals: { readonly id: string; readonly token: string }[] = [];
  readonly logged: Record<string, unknown>[] = [];
  readonly points: Point[] = [];
  deaths = 0;
  beats = 0;
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
        abandon: (gone) => {
          socket.abandoned = true;
          if (gone !== undefined) queueMicrotask(gone);
        },
      };
    },
    transcribe: (request, answered) => {
      const batch = new ScriptedBatch(request, answered);
      this.batches.push(batch);
      return () => {
        batch.cancelled = true;
      };
    },
    renew: (socket, token) => this.renewals.push({ id: socket.id, token }),
    beat: () => {
      this.beats += 1;
    },
    die: () => {
      this.deaths += 1;
    },
    log: (event, fields) => this.logged.push({ event, ...fields }),
    record: (point) => this.points.push(point),
  };

  openRoom(): Promise<Room> {
    return Room.open(this.ports, this.store, this.measures);
  }

  /** The newest request to the batch endpoint. */
  get batch(): ScriptedBatch {
    const batch = this.batches.at(-1);
    if (batch === undefined) throw new Error("the room has asked the batch endpoint for nothing");
    return batch;
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
