import type { MemberSocket } from "../../../party/room/ports.ts";
import type { Room } from "../../../party/room/room.ts";
import { errorFrame, errorTable } from "../../../shared/errors.ts";
import { positionIn } from "../../../shared/position.ts";
import { type Incarnation, Lives, type LivesParts } from "./incarnation.ts";
import type { Link, LinkHost } from "./link.ts";

export type HostHooks = {
  /** A publisher's frame is handed to the room. */
  published(link: Link, frame: string | Uint8Array<ArrayBuffer>): void;
  /** The room sends a publisher a frame. */
  told(link: Link, text: string): void;
  left(link: Link): void;
  died(): void;
  violation(what: string): void;
  note(what: string): void;
};

export type Death = {
  /** What becomes of the members' sockets: closed with 1006, or kept while the object sleeps. */
  readonly publishers: "closed" | "kept";
  readonly viewers: "closed" | "kept";
};

/**
 * The platform under the room, as `party/host/host.ts` uses it: opens the room for whatever happens next, keeps or loses
 * sockets, answers pings by itself, and may drop the object at any time.
 */
export class Host extends Lives implements LinkHost {
  readonly links = new Set<Link>();
  readonly #hooks: HostHooks;
  /** Sockets that have been handed to a room. */
  readonly #known = new WeakSet<Link>();

  constructor(parts: LivesParts & { readonly hooks: HostHooks }) {
    super(parts, parts.hooks.violation);
    this.#hooks = parts.hooks;
  }

  joined(link: Link): void {
    this.links.add(link);
    this.run((room, incarnation) => {
      this.#known.add(link);
      const member = this.#member(link, incarnation);
      const { searchParams } = link.url;
      if (link.role === "publisher") {
        room.publisherJoined(member, {
          takeover: searchParams.get("takeover") === "1",
          canProbe: canProbe(link),
        });
        return;
      }
      const position = positionIn(searchParams);
      room.viewerJoined(member, position, Number.MAX_SAFE_INTEGER, canProbe(link));
    });
  }

  received(link: Link, frame: string | Uint8Array<ArrayBuffer>): void {
    this.run((room, incarnation) => {
      if (link.role === "publisher") this.#hooks.published(link, frame);
      room.received(this.#member(link, incarnation), frame);
    });
  }

  left(link: Link): void {
    this.links.delete(link);
    this.run((room) => {
      this.#hooks.left(link);
      room.left(link.id);
    });
  }

  /** The object is dropped from memory, without a word to anybody. */
  die(death: Death): void {
    if (!this.end()) return;
    this.#hooks.died();
    for (const link of [...this.links]) {
      const fate = link.role === "publisher" ? death.publishers : death.viewers;
      if (fate === "kept" && this.#known.has(link)) continue;
      this.links.delete(link);
      link.hostDied();
    }
  }

  protected override opening() {
    const kept = [...this.links].filter((link) => this.#known.has(link));
    this.#hooks.note("a new object opens the room");
    return (room: Room, incarnation: Incarnation): void => {
      for (const link of kept) this.#readopt(link, room, incarnation);
    };
  }

  protected override gaveUp(): void {
    this.#hooks.note("the room gives itself up");
    this.die({ publishers: "closed", viewers: "closed" });
  }

  #readopt(link: Link, room: Room, incarnation: Incarnation): void {
    if (!this.links.has(link)) return;
    const member = this.#member(link, incarnation);
    if (link.role === "viewer") {
      room.viewerKept(member, canProbe(link));
      return;
    }
    member.send(JSON.stringify(errorFrame("draining")));
    member.close(errorTable.draining.close, "draining");
  }

  #member(link: Link, incarnation: Incarnation): MemberSocket {
    return {
      id: link.id,
      lastPingAt: () => link.lastPingAt,
      send: (text) => {
        if (!incarnation.isAlive) return;
        if (link.role === "publisher") this.#hooks.told(link, text);
        link.tell(text);
      },
      close: (code, reason) => {
        if (incarnation.isAlive) link.close(code, reason);
      },
    };
  }
}

function canProbe({ url }: Link): boolean {
  return url.searchParams.get("probe") === "1";
}
