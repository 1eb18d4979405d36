import type { CaptionsFrame } from "../../../client/index.ts";
import { tickMs } from "../../../party/room/audience.ts";
import type { Room } from "../../../party/room/room.ts";
import type { StoredRoom } from "../../../party/room/store.ts";
import { CaptionwireError } from "../../../shared/errors.ts";
import type { Position } from "../../../shared/position.ts";
import type { Random } from "../../support/tape/random.ts";
import { Clock } from "../room/clock.ts";
import { Disk } from "../room/store.ts";
import { Broadcasts } from "./broadcasts.ts";
import { Follower } from "./follower.ts";
import { FrameReader, problemOfFirst } from "./frames.ts";
import { History } from "./history.ts";
import { Host } from "./host.ts";
import type { Line } from "./line.ts";
import { BabblingProvider, type SpeechStyle } from "./provider.ts";
import { Publisher } from "./publisher.ts";
import { type Temper, Viewer } from "./viewer.ts";

export type Script = {
  readonly tempers: readonly Temper[];
  readonly followers: number;
  readonly style: SpeechStyle;
  /** So much is sent that whoever reads may lose interims too. */
  readonly isHeavy: boolean;
  /** What the room holds from earlier days, by the wall clock at the beginning. */
  readonly stored: (wallMs: number) => StoredRoom | null;
};

/** How often everybody looks at what has arrived. */
const pumpMs = 40;

/** Everything there is: time, disk, platform, provider, a publisher, and a crowd that watches. */
export class World {
  readonly clock = new Clock();
  readonly random: Random;
  readonly history = new History();
  readonly disk: Disk;
  readonly provider: BabblingProvider;
  readonly host: Host;
  readonly publisher: Publisher;
  readonly reader: FrameReader;
  readonly broadcasts: Broadcasts;
  readonly viewers: readonly Viewer[];
  readonly followers: readonly Follower[];
  readonly violations: string[] = [];
  readonly timeline: string[] = [];
  readonly #bytes = new Map<string, number>();
  #cancelPump = (): void => {};
  deaths = 0;
  connections = 0;
  /** Connections that the room closed as too slow. */
  tooSlow = 0;
  mostUnreadBytes = 0;
  readonly reasons = new Map<string, number>();

  constructor(random: Random, script: Script) {
    this.random = random;
    this.reader = new FrameReader(this.violation);
    this.disk = new Disk(this.clock, random.fork(), () => this.#written());
    this.provider = new BabblingProvider(this.clock, random.fork(), script.style);
    this.host = new Host({
      clock: this.clock,
      random: random.fork(),
      disk: this.disk,
      provider: this.provider,
      hooks: {
        died: () => {
          this.deaths += 1;
          this.broadcasts.died(this.clock.elapsedMs);
          this.note("the object is gone");
        },
        violation: this.violation,
      },
    });
    const stored = script.stored(this.host.wallMs());
    this.broadcasts = new Broadcasts({
      tickMs: tickMs(script.tempers.length),
      mayDropInterims: script.isHeavy || stored !== null,
      violation: this.violation,
    });
    if (stored !== null) void this.disk.open().create(stored);
    this.publisher = new Publisher(this.clock, random.fork(), this.host);
    this.viewers = script.tempers.map(
      (temper, at) => new Viewer(this, `${temper}${at + 1}`, temper, random.fork()),
    );
    if (stored !== null) for (const viewer of this.viewers) viewer.remember(stored.transcript);
    this.followers = Array.from(
      { length: script.followers },
      (_, at) => new Follower(this, `follower${at + 1}`, random.fork()),
    );
    this.#pump();
  }

  note(what: string): void {
    this.timeline.push(`${(this.clock.elapsedMs / 1000).toFixed(3).padStart(9)} ${what}`);
  }

  violation = (what: string): void => {
    this.violations.push(what);
    this.note(`✗ ${what}`);
  };

  /** Someone works on the room; that it dies meanwhile is no fault of theirs. */
  operate(what: string, work: (room: Room) => Promise<unknown>): void {
    this.note(`▸ ${what}`);
    this.host.run((room) => {
      work(room).catch((error: unknown) => {
        if (error instanceof CaptionwireError && ["not_found", "internal"].includes(error.code)) return;
        this.violation(`${what} failed: ${error instanceof Error ? error.stack : error}`);
      });
    });
  }

  bytesOf(text: string): number {
    const known = this.#bytes.get(text);
    if (known !== undefined) return known;
    if (this.#bytes.size > 1_000) this.#bytes.clear();
    const bytes = Buffer.byteLength(text);
    this.#bytes.set(text, bytes);
    return bytes;
  }

  /** The first frame of a connection. */
  greeted(who: string, asked: Position | null, frame: CaptionsFrame): void {
    this.connections += 1;
    if (frame.type === "status") {
      this.violation(`${who} is first told a status, which is no position`);
      return;
    }
    const kind = frame.type === "snapshot" ? frame.reason : "delta";
    this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + 1);
    const { room } = this.disk;
    const problem = room === null ? "there is no room" : problemOfFirst(frame, asked, room.transcript);
    if (problem !== null) this.violation(`${who} asked with ${JSON.stringify(asked)}: ${problem}`);
  }

  /** The room's end of a connection notices that the other one is gone. */
  leaves(line: Line, afterMs: number): void {
    if (afterMs === 0) this.host.left(line);
    else this.clock.set(() => this.host.left(line), afterMs);
  }

  /** No fault outlives this. */
  heal(): void {
    this.provider.heal();
    this.disk.heal();
    for (const viewer of this.viewers) viewer.heal();
    this.note("all faults are over");
  }

  close(): void {
    this.#cancelPump();
    for (const follower of this.followers) follower.close();
  }

  #pump(): void {
    for (const viewer of this.viewers) viewer.step(this.clock.elapsedMs);
    this.#cancelPump = this.clock.set(() => this.#pump(), pumpMs);
  }

  #written(): void {
    const { room } = this.disk;
    if (room !== null) this.history.record(room.transcript);
  }
}
