import type { MemberSocket } from "../../../party/room/ports.ts";
import type { Room } from "../../../party/room/room.ts";
import { errorFrame, errorTable } from "../../../shared/errors.ts";
import { type Position, positionIn } from "../../../shared/position.ts";
import type { Role } from "../../../shared/protocol.ts";
import { type Incarnation, Lives, type LivesParts } from "../room/incarnation.ts";
import type { LinkHost } from "../room/link.ts";

/** The room's end of a member's connection. */
export type Wire = {
  readonly id: string;
  readonly role: Role;
  readonly url: URL;
  readonly lastPingAt: number | null;
  /** The host itself ends this one when it falls behind. */
  readonly isSelfPaced?: boolean;
  tell(text: string, head?: Position): void;
  close(code: number, reason: string): void;
  hostDied(): void;
};

export type HostHooks = {
  died(): void;
  violation(what: string): void;
};

/**
 * The platform under the room for a crowd of viewers, as `party/host/host.ts` uses it: opens the room for whatever happens
 * next, keeps or loses sockets, and may drop the object at any time.
 */
export class Host extends Lives implements LinkHost {
  readonly wires = new Set<Wire>();
  readonly #hooks: HostHooks;
  /** Sockets that have been handed to a room. */
  readonly #known = new WeakSet<Wire>();

  constructor(parts: LivesParts & { readonly hooks: HostHooks }) {
    super(parts, parts.hooks.violation);
    this.#hooks = parts.hooks;
  }

  /** Nothing would wake it by itself: the platform may take it out of memory and keep its viewers. */
  get isIdle(): boolean {
    return this.pendingTimers === 0;
  }

  joined(wire: Wire): void {
    this.wires.add(wire);
    this.run((room, incarnation) => {
      // It may have been cut while the room was being loaded.
      if (!this.wires.has(wire)) return;
      this.#known.add(wire);
      const { searchParams } = wire.url;
      if (wire.role === "publisher") {
        room.publisherJoined(this.#member(wire, incarnation), { takeover: false });
        return;
      }
      const position = positionIn(searchParams);
      room.viewerJoined(this.#member(wire, incarnation), position, Number.MAX_SAFE_INTEGER, false);
    });
  }

  received(wire: Wire, frame: string | Uint8Array<ArrayBuffer>): void {
    this.run((room, incarnation) => room.received(this.#member(wire, incarnation), frame));
  }

  left(wire: Wire): void {
    if (this.wires.delete(wire)) this.run((room) => room.left(wire.id));
  }

  /** The object is dropped from memory, without a word to anybody; viewers' sockets may outlive it. */
  die(viewers: "closed" | "kept"): void {
    if (!this.end()) return;
    this.#hooks.died();
    for (const wire of [...this.wires]) {
      if (wire.role === "viewer" && viewers === "kept" && this.#known.has(wire)) continue;
      this.wires.delete(wire);
      wire.hostDied();
    }
  }

  protected override opening() {
    const kept = [...this.wires].filter((wire) => this.#known.has(wire));
    return (room: Room, incarnation: Incarnation): void => {
      for (const wire of kept) this.#readopt(wire, room, incarnation);
    };
  }

  protected override gaveUp(): void {
    this.die("closed");
  }

  #readopt(wire: Wire, room: Room, incarnation: Incarnation): void {
    if (!this.wires.has(wire)) return;
    const member = this.#member(wire, incarnation);
    if (wire.role === "viewer") {
      room.viewerKept(member, false);
      return;
    }
    member.send(JSON.stringify(errorFrame("draining")));
    member.close(errorTable.draining.close, "draining");
  }

  #member(wire: Wire, incarnation: Incarnation): MemberSocket {
    return {
      id: wire.id,
      ...(wire.isSelfPaced ? { selfPaced: true } : {}),
      lastPingAt: () => wire.lastPingAt,
      send: (text, head) => {
        if (incarnation.isAlive && this.wires.has(wire)) wire.tell(text, head);
      },
      close: (code, reason) => {
        if (incarnation.isAlive && this.wires.has(wire)) wire.close(code, reason);
      },
    };
  }
}
