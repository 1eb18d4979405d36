import { type Alert, type Lag, type RoomStats, type Window, windowMs } from "../../../shared/stats.ts";
import type { Cancel, Ports } from "../ports.ts";
import { alertsOf, close, look, type Watch, watchOf } from "./alerts.ts";
import { alertFigures, minuteFigures, minuteWindows, sessionFigures } from "./points.ts";
import { Pulse } from "./pulse.ts";
import type { Signals } from "./signals.ts";

/** What is looked at, besides what is told as it happens. */
export type Measured = {
  /** Kept with the session's figures. */
  alerts: readonly Alert[];
  readonly minuteLag: Lag | null;
  /** As in `RoomStats`. */
  readonly recent: readonly Window[];
  /** A timer runs for so long, or (`null`) none does. Until `timerFired` no more time than that goes by. */
  awaitTimer(delayMs: number | null): void;
  timerFired(): void;
};

/**
 * Watches over a session: looks at its figures every five seconds and at each failure, raises alerts, and writes down for
 * an operator what happened: in the log line by line, and as points (`Ports.record`).
 *
 * | event | fields besides `room` and `session` |
 * |---|---|
 * | `session_began`, `session_went_on` | the latter after the death of an earlier object, or the session's own end |
 * | `session_ended` | `by`, and the figures of a session's point, see `points.ts`: once more if the session went on |
 * | `upstream_opened` | `connectMs` |
 * | `upstream_lost`, `upstream_recovered` | the latter `tookMs` |
 * | `publisher_lost`, `publisher_returned` | the latter `tookMs` |
 * | `alert_raised`, `alert_cleared` | `kind`, `worst`, `limit`; the latter `lasted` |
 *
 * With what code the provider refused or closed is logged where that is heard, in `upstream/`.
 */
export class Monitor implements Signals {
  readonly #ports: Pick<Ports, "now" | "setTimer" | "log" | "record">;
  readonly #measured: Measured;
  readonly #stats: () => RoomStats;
  readonly #listeners = new Set<(alert: Alert) => void>();
  #session = "";
  #pulse = new Pulse();
  #watch: Watch = watchOf([]);
  #looks = 0;
  /** The newest window that is in a point, or before this session's. */
  #told: Window | null = null;
  #cancel: Cancel = () => {};

  constructor(
    ports: Pick<Ports, "now" | "setTimer" | "log" | "record">,
    measured: Measured,
    stats: () => RoomStats,
  ) {
    this.#ports = ports;
    this.#measured = measured;
    this.#stats = stats;
  }

  /** Called with each alert as it begins, and once more when it is over. */
  onAlert(listener: (alert: Alert) => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing is watched any more. */
  dispose(): void {
    this.#cancel();
    this.#measured.awaitTimer(null);
  }

  // ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────────

  began(session: string, isNew: boolean): void {
    this.dispose();
    this.#session = session;
    this.#pulse = new Pulse();
    this.#watch = watchOf(this.#measured.alerts);
    this.#looks = 0;
    this.#told = this.#measured.recent.at(-2) ?? null;
    this.#log(isNew ? "session_began" : "session_went_on");
    this.#wait();
  }

  /** What lasts begins anew if it goes on: of the time before nothing is told any more. */
  purged(): void {
    this.#take(close(this.#watch, this.#ports.now()));
    this.#pulse = new Pulse();
    this.#watch = watchOf([]);
    this.#measured.alerts = [];
    this.#looks = 0;
  }

  ended(by: string): void {
    this.dispose();
    this.#take(close(this.#watch, this.#ports.now()));
    this.#writeMinute(this.#untold());
    const figures = sessionFigures(this.#stats());
    this.#log("session_ended", { by, ...figures });
    this.#ports.record({ kind: "session", session: this.#session, about: by, figures });
  }

  words(): void {
    this.#pulse.words();
  }

  speech(ms: number): void {
    this.#pulse.speech(ms, this.#ports.now());
  }

  connection(isOpen: boolean, tookMs: number): void {
    this.#pulse.connection(isOpen, this.#ports.now());
    if (isOpen) this.#log("upstream_opened", { connectMs: tookMs });
    else this.#look();
  }

  lost(): void {
    this.#pulse.lost();
    this.#log("upstream_lost");
    this.#look();
  }

  recognised(): void {
    this.#pulse.recognised();
  }

  recovered(tookMs: number): void {
    this.#log("upstream_recovered", { tookMs });
  }

  publisherLost(): void {
    this.#log("publisher_lost");
  }

  publisherReturned(tookMs: number): void {
    this.#log("publisher_returned", { tookMs });
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #wait(): void {
    this.#measured.awaitTimer(windowMs);
    this.#cancel = this.#ports.setTimer(() => {
      this.#measured.timerFired();
      this.#look();
      this.#looks += 1;
      if (this.#looks % minuteWindows === 0) this.#writeMinute(this.#untold().slice(0, -1));
      this.#wait();
    }, windowMs);
  }

  #look(): void {
    const now = this.#ports.now();
    this.#take(look(this.#watch, this.#pulse.vitals(this.#measured.minuteLag, now), now));
  }

  #take({ watch, changes }: ReturnType<typeof look>): void {
    this.#watch = watch;
    this.#measured.alerts = alertsOf(watch);
    for (const alert of changes) {
      const { kind, worst, limit, since, until } = alert;
      if (until === null) this.#log("alert_raised", { kind, worst, limit });
      else this.#log("alert_cleared", { kind, worst, limit, lasted: until - since });
      this.#ports.record({
        kind: "alert",
        session: this.#session,
        about: kind,
        figures: alertFigures(alert),
      });
      for (const listener of this.#listeners) listener(alert);
    }
  }

  /** The last one goes on. */
  #untold(): readonly Window[] {
    const { recent } = this.#measured;
    return this.#told === null ? recent : recent.slice(recent.lastIndexOf(this.#told) + 1);
  }

  #writeMinute(windows: readonly Window[]): void {
    this.#told = windows.at(-1) ?? this.#told;
    const figures = minuteFigures(windows);
    this.#ports.record({ kind: "minute", session: this.#session, about: "", figures });
  }

  #log(event: string, fields: Readonly<Record<string, string | number>> = {}): void {
    this.#ports.log(event, { session: this.#session, ...fields });
  }
}
