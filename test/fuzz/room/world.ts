import * as v from "valibot";
import {
  type PublisherFrame,
  PublisherFrameSchema,
  PublisherMessageSchema,
  type Role,
} from "../../../shared/protocol.ts";
import { TapeProvider } from "../../support/tape/provider.ts";
import type { Random } from "../../support/tape/random.ts";
import { Clock } from "./clock.ts";
import { Host } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { type Cut, Link } from "./link.ts";
import { Process } from "./process.ts";
import { mainSpeaker, Speaker, type Utterance } from "./speaker.ts";
import { Disk, type Medium } from "./store.ts";
import { Watcher } from "./watcher.ts";

export type Script = {
  readonly utterances: readonly Utterance[];
  readonly chunkMs: number;
  readonly model: string | undefined;
  readonly viewers: number;
};

/** Words of a second speaker are told from the first one's by their numbers. */
const otherWordsFrom = 10_000;

/**
 * Everything there is: time, the provider, the disk, the platform that holds the room, the network, those who speak and
 * those who watch; and the books that are kept of it all.
 */
export class World {
  readonly clock = new Clock();
  readonly random: Random;
  readonly provider: TapeProvider;
  readonly disk: Disk;
  readonly host: Host;
  readonly ledger: Ledger;
  readonly speaker: Speaker;
  readonly others: Speaker[] = [];
  readonly watchers: Watcher[] = [];
  readonly violations: string[] = [];
  readonly timeline: string[] = [];
  readonly #script: Script;
  readonly #offlineUntil = new Map<unknown, number>();
  #links = 0;
  #clientOffsetMs = 1_700_000_000_000;
  #otherWords = otherWordsFrom;
  isFatal = false;
  isPurged = false;

  constructor(random: Random, script: Script, medium?: Medium) {
    this.random = random;
    this.#script = script;
    const violation = (what: string): void => this.violation(what);
    const note = (what: string): void => this.note(what);
    this.provider = new TapeProvider(
      {
        elapsedMs: () => this.clock.elapsedMs,
        setTimer: (run, delayMs) => this.clock.set(run, delayMs),
      },
      random.fork(),
      {
        violation,
        note,
        fatal: () => {
          this.isFatal = true;
          this.ledger.refusedForGood();
        },
      },
    );
    this.ledger = new Ledger({
      elapsedMs: () => this.clock.elapsedMs,
      batches: this.provider.batches,
      isFatal: () => this.isFatal,
      violation,
      note,
    });
    const written = (): void => {
      if (this.disk.room !== null) this.ledger.committed(this.disk.room);
    };
    this.disk = new Disk(this.clock, random.fork(), written, medium);
    this.host = new Host({
      clock: this.clock,
      random: random.fork(),
      disk: this.disk,
      provider: this.provider,
      hooks: {
        violation,
        note,
        published: (link, frame) => this.#published(link, frame),
        told: (link, text) => this.#told(link, text),
        left: ({ id, owner }) => {
          if (owner instanceof Process) this.ledger.left(owner.account, id);
        },
        died: () => {
          this.note("the object is gone");
          this.ledger.roomDied();
        },
      },
    });
    this.speaker = new Speaker(this, mainSpeaker, script.utterances, script);
    for (let at = 0; at < script.viewers; at += 1) this.watchers.push(new Watcher(this, `viewer${at + 1}`));
  }

  /** The process that speaks for the main speaker. */
  get publisher(): Process | null {
    return this.speaker.process;
  }

  get speakers(): readonly Speaker[] {
    return [this.speaker, ...this.others];
  }

  get processes(): readonly Process[] {
    return this.speakers.flatMap(({ processes }) => processes);
  }

  note(what: string): void {
    this.timeline.push(`${(this.clock.elapsedMs / 1000).toFixed(3).padStart(9)} ${what}`);
  }

  violation(what: string): void {
    this.violations.push(what);
    this.note(`✗ ${what}`);
  }

  clientWallMs(): number {
    return this.#clientOffsetMs + this.clock.elapsedMs;
  }

  jumpWall(ms: number, whose: "room" | "client" | "both"): void {
    if (whose !== "client") this.host.wallOffsetMs += ms;
    if (whose !== "room") this.#clientOffsetMs += ms;
  }

  connect(role: Role, url: string, owner: unknown): Link {
    const link = new Link(role, url, owner, `${role}-${++this.#links}`, {
      clock: this.clock,
      random: this.random.fork(),
      host: this.host,
    });
    if ((this.#offlineUntil.get(owner) ?? 0) > this.clock.elapsedMs) link.fail();
    else link.connect();
    return link;
  }

  takeOffline(owner: Process | Watcher | null, forMs: number, how: Cut): void {
    if (owner === null) return;
    this.#offlineUntil.set(owner, this.clock.elapsedMs + forMs);
    owner.link?.cut(how);
  }

  anyWatcher(): Watcher {
    const watcher = this.watchers[this.random.int(0, this.watchers.length - 1)];
    if (watcher === undefined) throw new Error("nobody watches");
    return watcher;
  }

  takeOver(words: number): void {
    const utterances = Array.from(
      { length: words },
      (): Utterance => ({ kind: "unit", word: ++this.#otherWords }),
    );
    const other = new Speaker(this, `other${this.others.length + 1}-`, utterances, this.#script);
    this.others.push(other);
    other.begin(true);
  }

  /** An operator deletes everything that was said; with a session that is over, its publisher could not go on with it. */
  purge(): void {
    if (this.disk.room?.session?.ended !== null) return;
    this.isPurged = true;
    // It fails where the disk is full.
    this.host.run((room) => void room.purge().catch(() => {}));
  }

  /** No fault outlives this. */
  heal(): void {
    this.#offlineUntil.clear();
    this.provider.heal();
    this.disk.heal();
    this.note("all faults are over");
  }

  #published({ id, owner }: Link, frame: string | Uint8Array<ArrayBuffer>): void {
    if (!(owner instanceof Process)) return;
    const { account } = owner;
    if (typeof frame !== "string") {
      this.ledger.audio(account, id, frame.length / 2);
      return;
    }
    const message = v.safeParse(PublisherMessageSchema, JSON.parse(frame));
    if (!message.success) this.violation(`the publisher said ${frame}`);
    else if (message.output.type === "finish") this.ledger.finishAsked(account);
    else if (message.output.type === "start") {
      this.note(
        `${account.id} starts at ${message.output.position ?? 0} (${message.output.session ?? "new"})`,
      );
      this.ledger.start(account, message.output);
    }
  }

  #told({ id, owner }: Link, text: string): void {
    if (!(owner instanceof Process)) return;
    const frame: PublisherFrame = v.parse(PublisherFrameSchema, JSON.parse(text));
    const { account } = owner;
    switch (frame.type) {
      case "ready":
        this.note(`${account.id} is ready from ${frame.resumeFrom}`);
        this.ledger.ready(account, id, frame.session, frame.resumeFrom);
        break;
      case "ack":
        this.ledger.ack(account, frame.position);
        break;
      case "finished":
        this.note(`${account.id} is told that it has finished`);
        this.ledger.finished(account);
        break;
      case "error":
        this.note(`${account.id} is told ${frame.code}`);
        this.ledger.left(account, id);
        break;
      case "status":
      case "audience":
      case "probe":
        break;
      default:
        frame satisfies never;
    }
  }
}
