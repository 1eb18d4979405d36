import { timing } from "../../shared/limits.ts";
import type { Cancel, Ports } from "../room/ports.ts";
import type { Room } from "../room/room.ts";
import type { EventStream } from "./events.ts";

/**
 * Those who read what a room measures of itself: `event: stats` at once and every `timing.statsEveryMs`, `event: alert` as
 * one begins and ends. While there are none, nothing runs. They are no viewers.
 */
export class Observers {
  readonly #room: Pick<Room, "stats" | "onAlert">;
  readonly #ports: Pick<Ports, "setTimer">;
  readonly #streams = new Set<EventStream>();
  #stop: Cancel | null = null;

  constructor(room: Pick<Room, "stats" | "onAlert">, ports: Pick<Ports, "setTimer">) {
    this.#room = room;
    this.#ports = ports;
  }

  join(stream: EventStream): void {
    this.#streams.add(stream);
    this.#stop ??= this.#start();
    stream.sendAs("stats", this.#stats());
  }

  leave(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#stop?.();
    this.#stop = null;
  }

  #start(): Cancel {
    let cancelTimer: Cancel = () => {};
    const schedule = (): void => {
      cancelTimer = this.#ports.setTimer(() => {
        schedule();
        this.#tellStats();
      }, timing.statsEveryMs);
    };
    schedule();
    const cancelAlerts = this.#room.onAlert((alert) => this.#tell("alert", JSON.stringify(alert)));
    return () => {
      cancelTimer();
      cancelAlerts();
    };
  }

  #tellStats(): void {
    const text = this.#stats();
    // The next ones say all of it again.
    for (const stream of [...this.#streams]) if (!stream.isBehind) stream.sendAs("stats", text);
  }

  /** Whoever is told may leave by it: its token has ended. */
  #tell(name: string, text: string): void {
    for (const stream of [...this.#streams]) stream.sendAs(name, text);
  }

  #stats(): string {
    return JSON.stringify(this.#room.stats());
  }
}
