import { timing } from "../../shared/limits.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";

const looks = 3;

/**
 * Notices a publisher that is gone without a close: a phone that changed cells leaves a socket that looks open for
 * minutes. Whoever has nothing to send pings; the host answers pings by itself, so they are looked up and not heard.
 * Counted in looks and not by the clock, which may jump.
 */
export class Presence {
  readonly #socket: MemberSocket;
  readonly #ports: Ports;
  readonly #gone: () => void;
  #cancel: Cancel;
  #isHeard = true;
  #lastPingAt: number | null;
  #silentLooks = 0;

  constructor(ports: Ports, socket: MemberSocket, gone: () => void) {
    this.#ports = ports;
    this.#socket = socket;
    this.#gone = gone;
    this.#lastPingAt = socket.lastPingAt();
    this.#cancel = this.#schedule();
  }

  heard(): void {
    this.#isHeard = true;
  }

  stop(): void {
    this.#cancel();
  }

  #schedule(): Cancel {
    return this.#ports.setTimer(() => this.#look(), timing.publisherSilenceMs / looks);
  }

  #look(): void {
    const lastPingAt = this.#socket.lastPingAt();
    const isThere = this.#isHeard || lastPingAt !== this.#lastPingAt;
    this.#silentLooks = isThere ? 0 : this.#silentLooks + 1;
    this.#isHeard = false;
    this.#lastPingAt = lastPingAt;
    if (this.#silentLooks >= looks) this.#gone();
    else this.#cancel = this.#schedule();
  }
}
