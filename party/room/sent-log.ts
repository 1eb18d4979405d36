/** What was sent up to a version: total bytes so far, and the heartbeat of the room in which it was. */
type Entry = { readonly version: number; readonly bytes: number; readonly beat: number };

/** Finals come every few seconds: this reaches back far beyond the patience with any viewer. */
const entriesMax = 512;

/**
 * What all viewers of a room were sent, as far as it matters for knowing who lags behind: one short list for everybody
 * instead of a queue for each. Beats count the room's heartbeats, because a clock may jump.
 */
export class SentLog {
  #entries: Entry[] = [];
  #bytes = 0;
  #beat = 0;

  /** Bytes a viewer was sent that has been here all the time. */
  get bytes(): number {
    return this.#bytes;
  }

  sent(bytes: number, version: number): void {
    this.#bytes += bytes;
    if (version === this.#entries.at(-1)?.version) return;
    this.#entries.push({ version, bytes: this.#bytes, beat: this.#beat });
    if (this.#entries.length > entriesMax) this.#entries = this.#entries.slice(-entriesMax / 2);
  }

  beat(): void {
    this.#beat += 1;
  }

  /** The history is another one: versions begin anew. */
  restart(): void {
    this.#entries = [];
  }

  /** Bytes sent until a viewer had this version: it has received at least those. */
  bytesAt(version: number): number {
    return this.#entries.findLast((entry) => entry.version <= version)?.bytes ?? 0;
  }

  /** The newest version that was sent so many heartbeats ago or earlier; -1 when there is none. */
  versionBefore(beats: number): number {
    return this.#entries.findLast((entry) => entry.beat <= this.#beat - beats)?.version ?? -1;
  }

  /** Heartbeats since the first thing was sent that goes beyond this version; 0 when there is no such thing. */
  beatsSince(version: number): number {
    const first = this.#entries.find((entry) => entry.version > version);
    return first === undefined ? 0 : this.#beat - first.beat;
  }
}
