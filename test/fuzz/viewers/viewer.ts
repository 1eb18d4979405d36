import type { Transcript } from "../../../party/room/transcript.ts";
import type { Segment } from "../../../shared/captions.ts";
import { limits, timing } from "../../../shared/limits.ts";
import type { Position } from "../../../shared/position.ts";
import type { DeltaFrame, SnapshotFrame, StatusFrame } from "../../../shared/protocol.ts";
import type { Random } from "../../support/tape/random.ts";
import { digestOf, isWithin, sumOf } from "./history.ts";
import { Line } from "./line.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a viewer is like while the faults last. */
export const tempers = [
  "steady",
  "restless",
  "old",
  "future",
  "foreign",
  "corrupt",
  "reloading",
  "lagging",
  "stalled",
  "mute",
  "selfPaced",
] as const;
export type Temper = (typeof tempers)[number];

/** What it holds, by the protocol's rules alone. */
type Held = {
  readonly position: Position | null;
  readonly segments: Map<string, Segment>;
  /** The first segment of a snapshot that was not everything: what lies before is not followed. */
  readonly boundary: Segment | null;
  readonly sum: number;
};

const nothing = (): Held => ({ position: null, segments: new Map(), boundary: null, sum: 0 });

/** The longest that a client waits with its answer, and when it has read a lot. */
const seenWithinMs = { usual: 2 * timing.seenEveryMs, much: timing.seenSpreadMs };
const headPatienceMs = 5_000;
const retryWindowMs = 2_000;
/** The longest a healthy host may take to greet, its storage being as slow as it gets here. */
const greetingPatienceMs = 15_000;

/** One raw viewer: applies frames by the protocol's rule, and otherwise comes back with its position. */
export class Viewer {
  readonly name: string;
  readonly #world: Surroundings;
  readonly #random: Random;
  #temper: Temper;
  #line: Line | null = null;
  #connections = 0;
  #held = nothing();
  /** Held long ago. */
  #saved: Held | null = null;
  #interim: string | null = null;
  #texts = new Map<string, { readonly text: string; readonly version: number }>();
  #isGreeted = false;
  #seenVersion = -1;
  #seenAtMs = 0;
  /** Of frames that moved the position since the last answer. */
  #unseenBytes = 0;
  #seen: { readonly version: number; readonly dueMs: number }[] = [];
  #behindSinceMs: number | null = null;
  #comesBackMs: number;
  #actsAtMs: number;
  /** Its last asking told the truth. */
  #isHonest = true;
  /** Frames that did not fit, although it had asked with what it holds. */
  resyncs = 0;

  constructor(world: Surroundings, name: string, temper: Temper, random: Random) {
    this.#world = world;
    this.name = name;
    this.#random = random;
    this.#temper = temper;
    this.#comesBackMs = random.chance(0.7) ? random.int(0, 3_000) : random.int(0, 60_000);
    this.#actsAtMs = this.#comesBackMs + this.#pauseMs();
  }

  get temper(): Temper {
    return this.#temper;
  }

  /** Reads and answers: nothing may be kept from it. */
  get #isPrompt(): boolean {
    return !["stalled", "mute", "lagging"].includes(this.#temper);
  }

  /** It was here in earlier days: what it holds is a transcript of then, in which every version added one segment. */
  remember({ epoch, segments }: Transcript): void {
    if (this.#temper !== "old") return;
    const then = segments.slice(0, this.#random.int(0, segments.length));
    const held = new Map(then.map((segment) => [segment.id, segment]));
    this.#held = {
      position: { epoch, version: then.length },
      segments: held,
      boundary: null,
      sum: sumOf(then),
    };
  }

  step(nowMs: number): void {
    if (this.#line === null && nowMs >= this.#comesBackMs) this.#connect(this.#asking());
    if (nowMs >= this.#actsAtMs) this.#act(nowMs);
    this.#watchOut();
    if (this.#temper === "stalled" && this.#isGreeted) return;
    this.#read();
    this.#answer(nowMs);
    const line = this.#line;
    if (line !== null && !line.isOver && !line.isGreeted && nowMs - line.joinedMs > greetingPatienceMs) {
      this.#world.violation(`${this.name} was met with silence`);
      this.cut();
    }
    if (this.#behindSinceMs !== null && nowMs - this.#behindSinceMs > headPatienceMs) this.#resync();
  }

  /** All faults are over: it reads, answers and stays, after one last return. */
  heal(): void {
    const wasPrompt = this.#isPrompt;
    if (this.#temper !== "selfPaced") this.#temper = "steady";
    this.#actsAtMs = Number.POSITIVE_INFINITY;
    this.#comesBackMs = Math.min(
      this.#comesBackMs,
      this.#world.clock.elapsedMs + this.#random.int(0, retryWindowMs),
    );
    if (!wasPrompt) this.cut(this.#random.int(0, retryWindowMs));
  }

  /** Loses its connection; the host may learn of it only later. */
  cut(forMs = this.#random.int(0, retryWindowMs)): void {
    const line = this.#line;
    this.#line = null;
    this.#isGreeted = false;
    this.#seen = [];
    this.#behindSinceMs = null;
    this.#comesBackMs = this.#world.clock.elapsedMs + forMs;
    if (line === null) return;
    line.mustNotMiss = false;
    this.#world.leaves(line, this.#random.chance(0.5) ? 0 : this.#random.int(100, 20_000));
  }

  /** Comes back while something is on its way to everybody. */
  rejoin(): void {
    if (this.#line === null || !this.#isPrompt) return;
    this.cut(0);
  }

  /** What is wrong with what it holds in the end. */
  judge(): string[] {
    const transcript = this.#world.disk.room?.transcript;
    if (transcript === undefined) return ["there is no room"];
    const { position, segments, boundary } = this.#held;
    const problems: string[] = [];
    if (this.#line === null || !this.#isGreeted) problems.push(`${this.name} is not connected`);
    if (position?.epoch !== transcript.epoch || position.version !== transcript.version) {
      const at = `${position?.epoch} ${position?.version}`;
      problems.push(`${this.name} is at ${at}, the room at ${transcript.epoch} ${transcript.version}`);
    }
    const expected = transcript.segments.filter((segment) => isWithin(segment, boundary));
    if (expected.length !== segments.size || sumOf(expected) !== sumOf(segments.values())) {
      problems.push(`${this.name} holds ${segments.size} segments, other than the room's ${expected.length}`);
    }
    if (this.#interim !== null) problems.push(`${this.name} still sees "${this.#interim}"`);
    return problems;
  }

  #pauseMs(): number {
    return this.#random.int(2_000, 40_000);
  }

  #act(nowMs: number): void {
    this.#actsAtMs = nowMs + this.#pauseMs();
    if (this.#random.chance(0.3)) this.#saved ??= { ...this.#held, segments: new Map(this.#held.segments) };
    switch (this.#temper) {
      case "steady":
      case "selfPaced":
      case "stalled":
      case "mute":
        break;
      case "lagging":
        if (this.#line !== null)
          this.#line.lagMs = this.#random.chance(0.3) ? 0 : this.#random.int(200, 9_000);
        break;
      case "reloading":
        this.cut();
        this.#held = nothing();
        break;
      case "old":
        this.cut();
        if (this.#saved !== null) this.#held = { ...this.#saved, segments: new Map(this.#saved.segments) };
        break;
      case "restless":
      case "future":
      case "foreign":
      case "corrupt":
        this.cut(this.#random.chance(0.7) ? this.#random.int(0, 3_000) : this.#random.int(0, 30_000));
        break;
      default:
        this.#temper satisfies never;
    }
  }

  /** The position it asks with, true or not. */
  #asking(): Record<string, string> {
    const { position } = this.#held;
    if (position === null) return {};
    const { epoch, version } = position;
    const random = this.#random;
    switch (this.#temper) {
      case "future":
        return { epoch, version: String(version + random.pick([1, 2, 1_000, 10 ** 14])) };
      case "foreign":
        return { epoch: random.pick(["id0000", "another", epoch.toUpperCase()]), version: String(version) };
      case "corrupt":
        return random.pick<Record<string, string>>([
          { epoch },
          { version: String(version) },
          { epoch: "", version: String(version) },
          { epoch: `${epoch} `, version: String(version) },
          { epoch, version: `${version}.5` },
          { epoch, version: "-1" },
          { epoch, version: "1e3" },
          { epoch, version: "9".repeat(400) },
          { epoch: "x".repeat(65), version: "0" },
        ]);
      default:
        return { epoch, version: String(version) };
    }
  }

  #connect(asking: Record<string, string>): void {
    const url = new URL("ws://room.test/");
    for (const [name, value] of Object.entries(asking)) url.searchParams.set(name, value);
    this.#isGreeted = false;
    this.#isHonest = !["future", "foreign", "corrupt"].includes(this.#temper);
    this.#seenVersion = -1;
    this.#unseenBytes = 0;
    this.#line = new Line(this.#world, {
      id: `${this.name}#${++this.#connections}`,
      url,
      isSelfPaced: this.#temper === "selfPaced",
      mustNotMiss: this.#isPrompt,
      latencyMs: this.#random.int(0, 120),
    });
    this.#world.host.joined(this.#line);
  }

  /** Whoever is open to the room has been sent everything, or is being sent away. */
  #watchOut(): void {
    const line = this.#line;
    if (line === null || line.isOver || !line.isGreeted) return;
    if (this.#world.broadcasts.leftOut(line)) {
      this.#world.violation(`${line.id} was left out of a broadcast`);
      this.cut();
    }
  }

  #read(): void {
    for (let line = this.#line; line !== null; line = this.#line) {
      const item = line.take();
      if (item === undefined) return;
      if (item.kind === "closed") {
        if (item.code >= 4500) this.#world.violation(`${this.name} was sent away with ${item.code}`);
        this.cut();
        continue;
      }
      const frame = this.#world.reader.read(item.text);
      if (frame.type === "error") {
        if (frame.code === "too_slow" && this.#isPrompt) {
          this.#world.violation(`${this.name} was called slow`);
        }
        continue;
      }
      const before = this.#held.position?.version;
      this.#hear(frame);
      const { position } = this.#held;
      if (position?.version !== before) this.#unseenBytes += item.text.length;
      const isThere = position?.epoch === item.head?.epoch && position?.version === item.head?.version;
      if (this.#line === line && frame.type !== "status" && !isThere) {
        this.#world.violation(`${this.name} stands at ${position?.version}, told was ${item.head?.version}`);
      }
    }
  }

  #hear(frame: SnapshotFrame | DeltaFrame | StatusFrame): void {
    if (frame.type === "status") {
      this.#watchHead(frame);
      return;
    }
    this.#isGreeted = true;
    if (!this.#apply(frame)) {
      this.#resync();
      return;
    }
    this.#behindSinceMs = null;
    this.#interim = frame.interim?.text ?? null;
    const { position, boundary, sum } = this.#held;
    if (position === null || this.#world.history.sum(position, boundary) !== sum) {
      this.#world.violation(`${this.name} does not hold version ${position?.version} of ${position?.epoch}`);
    }
  }

  /** A status tells the room's head: whoever is not there soon has missed something. */
  #watchHead({ epoch, version }: StatusFrame): void {
    const { position } = this.#held;
    if (position?.epoch === epoch && version <= position.version) {
      if (version < position.version) this.#world.violation(`${this.name} is ahead of the room's own head`);
      this.#behindSinceMs = null;
    } else {
      this.#behindSinceMs ??= this.#world.clock.elapsedMs;
    }
  }

  #resync(): void {
    if (this.#isHonest) this.resyncs += 1;
    this.cut();
  }

  /** Whether the frame follows on from what is held. */
  #apply(frame: SnapshotFrame | DeltaFrame): boolean {
    const { position, segments, boundary } = this.#held;
    this.#watchOrder(frame);
    if (frame.type === "snapshot") {
      const held = new Map(frame.segments.map((segment) => [segment.id, segment]));
      for (const segment of frame.segments) this.#watchText(segment);
      this.#held = {
        position: { epoch: frame.epoch, version: frame.version },
        segments: held,
        boundary: frame.hasEarlier ? (frame.segments[0] ?? null) : null,
        sum: sumOf(held.values()),
      };
      return true;
    }
    if (position?.epoch !== frame.epoch) return false;
    if (position.version < frame.from || position.version > frame.to) return false;
    let { sum } = this.#held;
    const drop = (id: string): void => {
      const known = segments.get(id);
      if (known !== undefined) sum ^= digestOf(known);
      segments.delete(id);
    };
    for (const id of frame.removed) drop(id);
    for (const segment of frame.put) {
      if (!isWithin(segment, boundary)) continue;
      this.#watchText(segment);
      drop(segment.id);
      segments.set(segment.id, segment);
      sum ^= digestOf(segment);
    }
    this.#held = { position: { epoch: frame.epoch, version: frame.to }, segments, boundary, sum };
    return true;
  }

  #watchOrder(frame: SnapshotFrame | DeltaFrame): void {
    const { position } = this.#held;
    if (position === null) return;
    const { history, violation } = this.#world;
    const head = frame.type === "snapshot" ? frame.version : frame.to;
    if (history.ordinal(frame.epoch) < history.ordinal(position.epoch)) {
      violation(`${this.name}: an epoch that was over came again`);
    } else if (frame.epoch === position.epoch && head < position.version) {
      violation(`${this.name}: the version went back from ${position.version} to ${head}`);
    }
  }

  /** Text shown as final changes only by a visible correction. */
  #watchText({ id, text, version, edited }: Segment): void {
    const known = this.#texts.get(id);
    if (known !== undefined && known.text !== text && (edited !== true || version <= known.version)) {
      this.#world.violation(`${this.name}: "${known.text}" became "${text}" without an edit`);
    }
    this.#texts.set(id, { text, version });
  }

  #answer(nowMs: number): void {
    const line = this.#line;
    const { position } = this.#held;
    if (line === null || position === null || !this.#isGreeted) return;
    while (this.#seen[0] !== undefined && this.#seen[0].dueMs <= nowMs) {
      const { version } = this.#seen[0];
      this.#seen.shift();
      if (!line.isOver) line.seen(version);
    }
    if (this.#temper === "mute" || this.#temper === "stalled" || this.#temper === "selfPaced") return;
    const isMuch = this.#unseenBytes > limits.seenEveryBytes;
    const withinMs = isMuch ? seenWithinMs.much : seenWithinMs.usual;
    if (position.version === this.#seenVersion || nowMs - this.#seenAtMs < withinMs) return;
    this.#unseenBytes = 0;
    this.#seenVersion = position.version;
    this.#seenAtMs = nowMs;
    const lateMs = this.#temper === "lagging" ? line.lagMs + this.#random.int(0, 5_000) : 50;
    this.#seen.push({ version: position.version, dueMs: nowMs + lateMs });
  }
}
