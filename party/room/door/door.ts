import { CaptionwireError, type ErrorCode } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import type { RefreshFrame, RenewedFrame, Role } from "../../../shared/protocol.ts";
import type { RoomSettings } from "../../../shared/settings.ts";
import type { Cancel, MemberSocket } from "../ports.ts";
import { type Allowance, allowanceOf } from "./allowance.ts";
import type { DoorBook } from "./book.ts";
import { type Bucket, emptyBucket, poured, type Rate } from "./bucket.ts";
import type { Pass } from "./pass.ts";
import { isRevoked, mergeStandings, type Standing } from "./standing.ts";

const controlRate: Rate = { burst: limits.controlBurst, perSecond: limits.controlPerSecond };
const audioRate: Rate = { burst: limits.audioFramesBurst, perSecond: limits.audioFramesPerSecond };

/** What the edge let pass at the very end of its token may reach the room so much later. */
const underWayMs = (limits.tokenSkewSeconds + 60) * 1_000;

/** What somebody inside is there for. An observer reads what the room measures of itself, and is no member of it. */
export type Errand = Role | "observer";

const placesOf: Record<Errand, (settings: RoomSettings) => number> = {
  viewer: ({ maxViewers }) => maxViewers ?? limits.roomViewersMax,
  publisher: () => limits.roomPublishersMax,
  observer: () => limits.roomObserversMax,
};

/** Somebody inside. */
type Guest = {
  readonly socket: MemberSocket;
  readonly role: Errand;
  pass: Pass;
  /** When it came, or last sent something, epoch milliseconds. */
  heardAt: number;
  /** When it was asked for a new token, epoch milliseconds; `null` while it has a good one. */
  askedAt: number | null;
  control: Bucket;
  audio: Bucket;
};

export type DoorHooks = {
  now(): number;
  setTimer(run: () => void, delayMs: number): Cancel;
  settings(): RoomSettings;
  /** Sends this member away, out of the room too. */
  dismiss(socket: MemberSocket, code: ErrorCode): void;
};

/**
 * The room's door: who may come in, who is inside and by what right, and who has to leave.
 *
 * The edge has checked that a pass is genuine and for this room; here it is checked against what only the room knows: what
 * was revoked, which tickets are spent, how many are inside. A refusal is a `CaptionwireError` with its code.
 */
export class Door {
  readonly #book: DoorBook;
  readonly #hooks: DoorHooks;
  readonly #guests = new Map<string, Guest>();
  /** Guests by token, for caps. */
  readonly #countOf = new Map<string, number>();
  readonly #inside: Record<Errand, number> = { viewer: 0, publisher: 0, observer: 0 };
  #standing: Standing;
  #cancelGrace: Cancel | null = null;

  constructor(book: DoorBook, hooks: DoorHooks) {
    this.#book = book;
    this.#hooks = hooks;
    this.#standing = book.standing();
  }

  get isEmpty(): boolean {
    return this.#guests.size === 0;
  }

  /** For a request that is answered and gone. Throws `token_revoked`, `unauthenticated` or `ticket_used`. */
  use(pass: Pass): void {
    this.#check(pass);
    this.#spend(pass);
  }

  #check(pass: Pass): void {
    if (isRevoked(this.#standing, pass)) throw new CaptionwireError("token_revoked");
    // The edge has looked; but it, or a slow body, may have been long on its way.
    if (pass.expiresAt + underWayMs <= this.#hooks.now()) throw new CaptionwireError("token_expired");
    if (pass.tokenId === null && this.#hooks.settings().public !== true) {
      throw new CaptionwireError("unauthenticated");
    }
  }

  /**
   * Lets a member in, and spends its ticket: the last thing that can fail, so that whoever was refused for another reason
   * still has it. Throws what `use` throws, or `too_many_connections`.
   */
  enter(socket: MemberSocket, role: Errand, pass: Pass): void {
    this.#check(pass);
    const isFull = this.#inside[role] >= placesOf[role](this.#hooks.settings());
    if (isFull) throw new CaptionwireError("too_many_connections", "The room is full. Try again later.");
    if (role === "observer") this.#leavePlaces(pass);
    const { tokenId, maxConnections = Number.POSITIVE_INFINITY } = pass;
    if (this.#count(tokenId) >= maxConnections) this.#clearDead(tokenId);
    if (this.#count(tokenId) >= maxConnections) throw new CaptionwireError("too_many_connections");
    this.#spend(pass);
    this.#admit(socket, role, pass);
  }

  #leavePlaces({ tokenId }: Pass): void {
    const guests = [...this.#guests.values()];
    const theirs = guests.filter(({ role, pass }) => role === "observer" && pass.tokenId === tokenId);
    if (theirs.length < limits.tokenObserversMax) return;
    throw new CaptionwireError(
      "too_many_connections",
      `${limits.tokenObserversMax} readers of one token are enough. Use another, or ask for single answers.`,
    );
  }

  /** Takes back a member whose socket outlived the room's memory. */
  keep(socket: MemberSocket, role: Role, pass: Pass): void {
    this.#admit(socket, role, pass);
  }

  leave(id: string): void {
    const guest = this.#guests.get(id);
    if (guest === undefined) return;
    this.#guests.delete(id);
    this.#inside[guest.role] -= 1;
    this.#recount(guest.pass.tokenId, -1);
  }

  /** A frame of a member came. Throws `rate_limited` when there are too many of them. */
  heard(id: string, kind: "control" | "audio"): void {
    const guest = this.#guests.get(id);
    if (guest === undefined) return;
    const now = this.#hooks.now();
    guest.heardAt = now;
    const next = poured(guest[kind], 1, kind === "control" ? controlRate : audioRate, now);
    if (next === null) throw new CaptionwireError("rate_limited", "Too many messages. Come back later.");
    guest[kind] = next;
  }

  /** What the member's token allows of publishing; `null`: it has no such cap. */
  allowance(pass: Pass): Allowance | null {
    return allowanceOf(pass, this.#book, this.#hooks.now);
  }

  passOf(id: string): Pass | null {
    return this.#guests.get(id)?.pass ?? null;
  }

  /** A member that is inside shows a new token. Throws like `enter`. */
  renew(id: string, pass: Pass): void {
    const guest = this.#guests.get(id);
    if (guest === undefined) return;
    this.#check(pass);
    const isOther = pass.tokenId !== guest.pass.tokenId;
    const max = pass.maxConnections ?? Number.POSITIVE_INFINITY;
    if (isOther && this.#count(pass.tokenId) >= max) {
      throw new CaptionwireError("too_many_connections");
    }
    if (isOther) this.#spend(pass);
    this.#recount(guest.pass.tokenId, -1);
    this.#recount(pass.tokenId, 1);
    guest.pass = pass;
    guest.askedAt = null;
    const renewed: RenewedFrame = { type: "renewed", expiresAt: pass.expiresAt };
    guest.socket.send(JSON.stringify(renewed));
  }

  /**
   * Asks viewers whose token has ended for a new one, and sends away those that were asked long enough ago. To be called
   * when there is something to send: a room that sleeps is not woken for it.
   */
  sweep(): void {
    const now = this.#hooks.now();
    const { refreshGraceMs } = timing;
    const late: MemberSocket[] = [];
    let nextOverAt = Number.POSITIVE_INFINITY;
    for (const guest of this.#guests.values()) {
      const { socket, role, pass, askedAt } = guest;
      // A stream of events cannot answer: it ends by itself, see `party/host/events.ts`.
      if (role !== "viewer" || socket.selfPaced === true) continue;
      if (pass.expiresAt + limits.tokenSkewSeconds * 1_000 > now) continue;
      if (askedAt === null || askedAt > now) {
        guest.askedAt = now;
        nextOverAt = Math.min(nextOverAt, now + refreshGraceMs);
        const refresh: RefreshFrame = { type: "refresh", withinMs: refreshGraceMs };
        socket.send(JSON.stringify(refresh));
      } else if (askedAt + refreshGraceMs <= now) {
        late.push(socket);
      } else {
        // Asked later than others; or a timer came a moment before its time, as they do.
        nextOverAt = Math.min(nextOverAt, askedAt + refreshGraceMs);
      }
    }
    if (Number.isFinite(nextOverAt)) {
      this.#cancelGrace ??= this.#hooks.setTimer(() => this.#graceOver(), nextOverAt - now);
    }
    for (const socket of late) this.#hooks.dismiss(socket, "token_expired");
  }

  #graceOver(): void {
    this.#cancelGrace = null;
    this.sweep();
  }

  /** The room's settings have changed: whoever came without a token may have to leave. */
  settingsChanged(): void {
    if (this.#hooks.settings().public === true) return;
    this.#sendAway("unauthenticated", ({ pass }) => pass.tokenId === null);
  }

  /** From now on what was revoked is refused, and whoever came by it is sent away. Durable when it returns. */
  revoke(standing: Standing): void {
    this.#standing = mergeStandings(this.#standing, standing, this.#hooks.now());
    this.#book.keepStanding(this.#standing);
    this.#sendAway("token_revoked", ({ pass }) => isRevoked(this.#standing, pass));
    // Whoever has no token has nothing that could be revoked, and may come back while the room is public.
    const { issuedBefore } = this.#standing;
    this.#sendAway("draining", ({ pass }) => pass.tokenId === null && pass.issuedAt <= issuedBefore);
  }

  #sendAway(code: ErrorCode, isMeant: (guest: Guest) => boolean): void {
    const meant = [...this.#guests.values()].filter(isMeant);
    for (const { socket } of meant) this.#hooks.dismiss(socket, code);
  }

  /**
   * The runtime does not always tell that a connection was reset (workerd 1.20261023, about one of ten thousand that come and
   * go within milliseconds). A viewer that lives answers, or pings when nothing happens.
   */
  #clearDead(tokenId: string | null): void {
    const before = this.#hooks.now() - timing.unseenMaxMs;
    this.#sendAway("too_slow", ({ socket, pass, role, heardAt }) => {
      const isSilent = Math.max(heardAt, socket.lastPingAt() ?? 0) < before;
      return pass.tokenId === tokenId && role === "viewer" && socket.selfPaced !== true && isSilent;
    });
  }

  #count(tokenId: string | null): number {
    return tokenId === null ? 0 : (this.#countOf.get(tokenId) ?? 0);
  }

  #spend({ singleUse, tokenId, expiresAt }: Pass): void {
    if (singleUse !== true || tokenId === null) return;
    // For as long as it would be taken.
    const until = expiresAt + underWayMs;
    if (!this.#book.spend(tokenId, until, this.#hooks.now())) throw new CaptionwireError("ticket_used");
  }

  #admit(socket: MemberSocket, role: Errand, pass: Pass): void {
    this.#guests.set(socket.id, {
      socket,
      role,
      pass,
      heardAt: this.#hooks.now(),
      askedAt: null,
      control: emptyBucket,
      audio: emptyBucket,
    });
    this.#inside[role] += 1;
    this.#recount(pass.tokenId, 1);
  }

  #recount(tokenId: string | null, change: 1 | -1): void {
    if (tokenId === null) return;
    const count = (this.#countOf.get(tokenId) ?? 0) + change;
    if (count === 0) this.#countOf.delete(tokenId);
    else this.#countOf.set(tokenId, count);
  }
}
