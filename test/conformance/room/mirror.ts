import { isDeepStrictEqual } from "node:util";
import type { Interim, Segment, Session, Status } from "../../../shared/captions.ts";
import type { ViewerFrame } from "../../../shared/protocol.ts";

/**
 * A viewer in the plainest way PROTOCOL.md allows, written for this suite alone: it applies what it is sent and refuses
 * whatever breaks a law.
 */
export class Mirror {
  epoch: string | null = null;
  version = -1;
  hasEarlier = false;
  interim: Interim | null = null;
  status: Status | null = null;
  session: Session | null = null;
  /** Versions that a change was told of, since the last snapshot. */
  readonly told = new Set<number>();
  #segments = new Map<string, Segment>();
  /** Where what is held begins, in the order of a transcript; `null`: everything is held. */
  #boundary: Segment | null = null;
  /** The last head that a status told. */
  #head = 0;

  /** Throws an error that says which law was broken. */
  take(frame: ViewerFrame): void {
    switch (frame.type) {
      case "snapshot":
        this.#restart(frame);
        break;
      case "delta":
        this.#apply(frame);
        break;
      case "status":
        require(frame.epoch === this.epoch, "A status is of the epoch that the viewer was told.", frame);
        require(frame.version >= this.version, "A head is never behind what was sent before it.", frame);
        this.#head = frame.version;
        this.status = frame.status;
        this.session = frame.session;
        break;
      case "refresh":
      case "renewed":
      case "probe":
      case "error":
        break;
      default:
        frame satisfies never;
    }
  }

  get position(): { epoch: string; version: number } {
    if (this.epoch === null) throw new Error("No frame has come yet.");
    return { epoch: this.epoch, version: this.version };
  }

  /** In the order of a transcript: by session, start, end and id. */
  get segments(): Segment[] {
    return inOrder([...this.#segments.values()]);
  }

  #restart(frame: Extract<ViewerFrame, { type: "snapshot" }>): void {
    const { segments, version } = frame;
    requireOnce(
      segments.map(({ id }) => id),
      frame,
    );
    require(isDeepStrictEqual(
      segments,
      inOrder(segments),
    ), "A snapshot is in the order of the transcript.", frame);
    require(segments.every(
      (segment) => segment.version >= 1 && segment.version <= version,
    ), "No segment is newer than its snapshot.", frame);
    this.epoch = frame.epoch;
    this.hasEarlier = frame.hasEarlier;
    this.#segments = new Map(segments.map((segment) => [segment.id, segment]));
    this.#boundary = frame.hasEarlier ? (segments[0] ?? null) : null;
    this.#head = version;
    this.told.clear();
    this.#present(frame, version);
  }

  #apply(frame: Extract<ViewerFrame, { type: "delta" }>): void {
    const { from, to, put, removed } = frame;
    require(frame.epoch === this.epoch || this.epoch === null, "A delta is of the viewer's epoch.", frame);
    const isFirst = this.epoch === null;
    require(from <= to, "A delta leads forward.", frame);
    require(isFirst || (from <= this.version && this.version <= to), "from <= version <= to", frame);
    require(to >= this.#head, "A delta leads to the head, which was told before.", frame);
    requireOnce([...put.map(({ id }) => id), ...removed], frame);
    require(from < to ||
      (put.length === 0 && removed.length === 0), "An interim alone changes nothing.", frame);
    for (const segment of put) {
      require(segment.version > from && segment.version <= to, "A put was changed since `from`.", frame);
      const held = this.#segments.get(segment.id);
      require(held === undefined ||
        held.version < segment.version ||
        isDeepStrictEqual(held, segment), "A final changes with a new version only.", frame);
      if (this.#isWithin(segment)) this.#segments.set(segment.id, segment);
      else this.#segments.delete(segment.id);
      this.told.add(segment.version);
    }
    for (const id of removed) this.#segments.delete(id);
    if (removed.length > 0) this.told.add(to);
    this.epoch = frame.epoch;
    this.#present(frame, to);
  }

  #isWithin(segment: Segment): boolean {
    return this.#boundary === null || inOrder([this.#boundary, segment])[0] === this.#boundary;
  }

  #present(frame: Extract<ViewerFrame, { type: "snapshot" | "delta" }>, version: number): void {
    this.version = version;
    this.interim = frame.interim;
    this.status = frame.status;
    this.session = frame.session;
  }
}

function inOrder(segments: readonly Segment[]): Segment[] {
  return segments.toSorted(
    (a, b) => byText(a.session, b.session) || a.start - b.start || a.end - b.end || byText(a.id, b.id),
  );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function requireOnce(ids: readonly string[], frame: unknown): void {
  require(new Set(ids).size === ids.length, "Each segment stands in a frame once.", frame);
}

function require(holds: boolean, law: string, frame: unknown): void {
  if (!holds) throw new Error(`Broken law: ${law} ${JSON.stringify(frame).slice(0, 800)}`);
}
