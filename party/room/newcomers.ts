import { CaptionwireError } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { Start } from "../../shared/protocol.ts";
import type { Allowance } from "./door/allowance.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import { Starting } from "./starting.ts";

/** What a publisher may do besides speaking when nobody else does. */
export type Rights = {
  /** End the session of another. */
  readonly takeover: boolean;
  /** When its token ends, epoch milliseconds: a session is begun before; absent: whenever it likes. */
  readonly expiresAt?: number;
  /** Seconds of audio it may send; absent or `null`: as many as it likes. */
  readonly allowance?: Allowance | null;
  /** It tells the time when it is asked. */
  readonly canProbe?: boolean;
};

type Newcomer = Rights & {
  readonly starting: Starting | null;
  /** It has to begin before long: whoever waits takes the place of another. */
  readonly cancelWait: Cancel;
};

/** A newcomer whose start waits for its turn. */
export type Entrant = {
  readonly socket: MemberSocket;
  readonly start: Start;
  readonly rights: Rights;
  /** What it sent since. */
  readonly starting: Starting;
  /** It has not left since. */
  readonly isHere: () => boolean;
};

/** Publishers without a session. The `start` of each takes its turn in the room's queue; what is sent meanwhile is held. */
export class Newcomers {
  readonly #ports: Pick<Ports, "now" | "setTimer">;
  readonly #silent: (socket: MemberSocket) => void;
  readonly #newcomers = new Map<string, Newcomer>();

  /** @param silent this one has not begun for `timing.publisherSilenceMs` */
  constructor(ports: Pick<Ports, "now" | "setTimer">, silent: (socket: MemberSocket) => void) {
    this.#ports = ports;
    this.#silent = silent;
  }

  get isEmpty(): boolean {
    return this.#newcomers.size === 0;
  }

  /** Of all that is held. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { starting } of this.#newcomers.values()) bytes += starting?.bytes ?? 0;
    return bytes;
  }

  joined(socket: MemberSocket, rights: Rights): void {
    const cancelWait = this.#ports.setTimer(() => this.#silent(socket), timing.publisherSilenceMs);
    this.#newcomers.set(socket.id, { ...rights, starting: null, cancelWait });
  }

  /** It went away, or has a session now. */
  left(id: string): void {
    this.#newcomers.get(id)?.cancelWait();
    this.#newcomers.delete(id);
  }

  /** Where to hold what it sends; `null`: it is no newcomer, or has not asked to start. */
  startingOf(id: string): Starting | null {
    return this.#newcomers.get(id)?.starting ?? null;
  }

  /** Has its start wait from here on. Throws when it has a session already, or its token has ended. */
  begin(socket: MemberSocket, start: Start): Entrant {
    const newcomer = this.#newcomers.get(socket.id);
    if (newcomer === undefined) {
      throw new CaptionwireError("bad_message", "The session has been started already.");
    }
    newcomer.cancelWait();
    const { expiresAt = Number.POSITIVE_INFINITY } = newcomer;
    if (expiresAt + limits.tokenSkewSeconds * 1_000 <= this.#ports.now()) {
      throw new CaptionwireError("token_expired");
    }
    const starting = new Starting();
    this.#newcomers.set(socket.id, { ...newcomer, starting });
    return {
      socket,
      start,
      rights: newcomer,
      starting,
      isHere: () => this.startingOf(socket.id) === starting,
    };
  }

  /** Nobody is waited for any more. */
  close(): void {
    for (const { cancelWait } of this.#newcomers.values()) cancelWait();
  }
}
