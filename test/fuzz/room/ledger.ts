import type { StoredRoom, StoredSession } from "../../../party/room/store.ts";
import { msToSamples } from "../../../shared/audio.ts";
import { limits, timing } from "../../../shared/limits.ts";
import type { Start } from "../../../shared/protocol.ts";
import type { BatchAttempt } from "../../support/tape/provider.ts";
import { tapeFormat } from "../../support/tape/tape.ts";
import { Account, lostWords, problemOf } from "./account.ts";

const end = Number.POSITIVE_INFINITY;
const keptSamples = msToSamples(limits.audioBufferMaxMs, tapeFormat);
/** A publisher sends its audio in packets and drops it in pieces. */
const pieceSamples = 4_000;

type Surroundings = {
  elapsedMs(): number;
  readonly batches: readonly BatchAttempt[];
  isFatal(): boolean;
  violation(what: string): void;
  note(what: string): void;
};

/**
 * Keeps the books of what was said, received, stored and acknowledged, and of every reason for which a word may be
 * missing. It judges each acknowledgement as it is sent.
 */
export class Ledger {
  readonly accounts: Account[] = [];
  readonly #around: Surroundings;
  readonly #textOf = new Map<string, string>();
  readonly #reported = new Set<string>();
  #stored: StoredRoom | null = null;

  constructor(surroundings: Surroundings) {
    this.#around = surroundings;
  }

  account(id: string, key: string): Account {
    const account = new Account(id, key);
    this.accounts.push(account);
    return account;
  }

  byKey(key: string | null): Account | undefined {
    return this.accounts.find((account) => account.key === key);
  }

  bySession(session: string): Account | undefined {
    return this.accounts.find(({ sessions }) => sessions.has(session));
  }

  // ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────────

  start(account: Account, start: Start): void {
    const running = this.#running();
    const position = start.position ?? 0;
    // Whoever stands at the door makes the one before it finish in a hurry.
    const other = running === null ? undefined : this.byKey(running.key);
    if (other !== undefined && other !== account) other.hurried = true;
    const dropped = Math.max(account.acked, account.written - keptSamples - pieceSamples);
    if (position > dropped + pieceSamples) {
      this.#around.violation(
        `${account.id} no longer has what it should have kept: ${position} > ${dropped}`,
      );
    }
    // A session that goes on shows it as a gap; one that begins there knows nothing of what was before.
    const goesOn = running?.key === account.key;
    const from = goesOn ? Math.max(account.heard, account.durable) : account.durable;
    account.excuse(from, position, "the publisher had to drop it", !goesOn);
  }

  ready(account: Account, socketId: string, session: string, resumeFrom: number): void {
    account.sessions.add(session);
    account.at.set(socketId, resumeFrom);
    account.heard = resumeFrom;
  }

  /** What still comes on this socket is not taken any more. */
  left(account: Account, socketId: string): void {
    if (account.at.delete(socketId) && account.at.size === 0) account.awaySinceMs = this.#around.elapsedMs();
  }

  audio(account: Account, socketId: string, samples: number): void {
    const at = account.at.get(socketId);
    if (at === undefined) return;
    account.at.set(socketId, at + samples);
    account.heard = Math.max(account.heard, at + samples);
    account.excuse(account.durable, account.heard - keptSamples, "the room keeps no more");
  }

  /** The process is gone, or has given up: what the room has not received by now it will never receive. */
  gone(account: Account, why: string): void {
    if (account.gone) return;
    account.gone = true;
    account.excuse(account.heard, end, why, true);
    const last = account.spoken.at(-1);
    if (last !== undefined && last.to > account.written) last.whole = false;
  }

  roomDied(): void {
    for (const account of this.accounts) {
      if (account.gone || account.finished) {
        account.excuse(account.durable, end, "the room died after its publisher", true);
      }
      account.heard = account.durable;
      if (account.at.size > 0) account.awaySinceMs = this.#around.elapsedMs();
      account.at.clear();
    }
  }

  /** The provider tells the room that no further try can help. */
  refusedForGood(): void {
    const running = this.#running();
    const account = running === null ? undefined : this.byKey(running.key);
    account?.excuse(account.durable, account.heard, "the provider refused for good");
    account?.excuse(account.heard, end, "the provider refused for good", true);
  }

  committed(room: StoredRoom): void {
    const before = this.#stored;
    this.#stored = room;
    if (room.session !== null) this.#sessionWritten(room.session, before);
    const { version } = room.transcript;
    const isSameEpoch = before?.transcript.epoch === room.transcript.epoch;
    if (isSameEpoch && version < before.transcript.version) this.#around.violation("the version went back");
    if (before !== null && before.transcript.epoch !== room.transcript.epoch) this.#purged();
    if (version === before?.transcript.version) return;
    const seen = new Set<string>();
    for (const { id, kind, text, edited } of room.transcript.segments) {
      seen.add(id);
      const known = this.#textOf.get(id);
      if (kind !== "speech" || edited) continue;
      if (known !== undefined && known !== text) {
        this.#around.violation(`final text changed: "${known}" became "${text}"`);
      }
      this.#textOf.set(id, text);
    }
    for (const [id, text] of this.#textOf) {
      if (seen.has(id)) continue;
      this.#around.violation(`final text vanished: "${text}"`);
      this.#textOf.delete(id);
    }
  }

  ack(account: Account, position: number): void {
    account.acked = Math.max(account.acked, position);
    if (this.#stored === null) return;
    if (position > account.durable) {
      this.#around.violation(`acknowledged ${position}, of which only ${account.durable} is durable`);
    }
    const { segments } = this.#stored.transcript;
    for (const lost of lostWords(account, segments, position, this.#around.batches)) {
      const problem = problemOf(lost);
      if (problem === null || this.#reported.has(problem)) continue;
      this.#reported.add(problem);
      this.#around.violation(`acknowledged ${position} too early: ${problem}`);
    }
  }

  finishAsked(account: Account): void {
    account.finishAskedAt ??= this.#around.elapsedMs();
  }

  /** The room says that it holds the last words: it may leave to the batch endpoint what that takes very long for. */
  finished(account: Account): void {
    account.finished = true;
    const waitedMs = this.#around.elapsedMs() - (account.finishAskedAt ?? 0);
    const { transcript } = this.#stored ?? {};
    for (const lost of lostWords(account, transcript?.segments ?? [], end, this.#around.batches)) {
      if (problemOf(lost) === null || (lost.inGap && (account.hurried || waitedMs >= timing.backfillWaitMs)))
        continue;
      this.#around.violation(`finished too early: ${problemOf(lost)}`);
    }
  }

  /** Whatever was said up to now may be gone. */
  #purged(): void {
    this.#around.note("purged");
    this.#textOf.clear();
    for (const account of this.accounts) {
      account.excuse(0, Math.max(account.written, account.spoken.at(-1)?.to ?? 0), "it was purged", true);
    }
  }

  #sessionWritten(session: StoredSession, before: StoredRoom | null): void {
    const account = this.byKey(session.key);
    if (account === undefined) return;
    account.sessions.add(session.id);
    account.durable = durableTo(session);
    const isAway =
      account.at.size === 0 && this.#around.elapsedMs() - account.awaySinceMs >= timing.publisherGraceMs;
    // Nobody waits for ever. What was heard may end inside of a word whose rest still comes.
    if (isAway || session.ended?.by === "absence") {
      account.excuse(session.covered - 1, session.covered + 1, "the session was split here", true);
    }
    const wasRunning = before?.session?.id === session.id && before.session.ended === null;
    if (before?.session?.id !== session.id) this.#around.note(`session ${session.id} of ${account.id}`);
    if (session.ended === null || !wasRunning) return;
    const { by } = session.ended;
    this.#around.note(`session ${session.id} ended by ${by}, durable to ${account.durable}`);
    if (by === "failure") {
      if (!this.#around.isFatal())
        this.#around.violation("the session failed although nothing fatal happened");
    }
  }

  #running(): StoredSession | null {
    const session = this.#stored?.session ?? null;
    return session?.ended === null ? session : null;
  }
}

function durableTo({ covered, holes }: StoredSession): number {
  return Math.min(covered, ...holes.map(({ from }) => from));
}
