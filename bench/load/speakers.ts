import * as v from "valibot";
import { roomAddress } from "../../client/address.ts";
import { apply, type Captions, noCaptions } from "../../client/transcript.ts";
import type { Position } from "../../shared/position.ts";
import {
  bearerSubprotocolPrefix,
  subprotocol,
  ViewerFrameSchema,
  type ViewerMessage,
} from "../../shared/protocol.ts";
import { firstMark, type Mark, marksIn } from "./mark.ts";
import type { Target } from "./target.ts";

/** What a viewer makes of one message. */
export type Read = {
  readonly marks: readonly Mark[];
  /** It brought what was missed, and says nothing of how fast messages come. */
  readonly isResume: boolean;
  /** To be sent at once. */
  readonly reply?: string;
  /** The connection is of use from now on. */
  readonly isReady?: boolean;
};

/** One viewer's side of a protocol, across its connections: as little work as that protocol allows. */
export type Speaker = {
  /** The other side speaks first, and until then the connection is of no use. */
  readonly greets: boolean;
  address(): { readonly url: string; readonly protocols: readonly string[] };
  read(text: string): Read;
  /** Said now and then to show that it reads; null: there is nothing to say. */
  receipt(): string | null;
};

const nothing: Read = { marks: [], isResume: false };

export function speakerFor(target: Target, keepsCaptions: boolean): Speaker {
  switch (target.dialect) {
    case "captionwire":
      return new CaptionwireSpeaker(target, keepsCaptions);
    case "plain":
      return {
        greets: false,
        address: () => ({ url: target.url, protocols: [] }),
        read: (text) => oneMark(text),
        receipt: () => null,
      };
    case "socket.io":
      return new SocketIoSpeaker(target.url);
    default:
      return target satisfies never;
  }
}

export class CaptionwireSpeaker implements Speaker {
  readonly greets = true;
  readonly #target: Extract<Target, { dialect: "captionwire" }>;
  readonly #keepsCaptions: boolean;
  #position: Position | null = null;
  #seenVersion = -1;
  #captions: Captions = noCaptions;
  /** Frames that did not follow on from what was held. */
  strays = 0;

  constructor(target: Extract<Target, { dialect: "captionwire" }>, keepsCaptions: boolean) {
    this.#target = target;
    this.#keepsCaptions = keepsCaptions;
  }

  get captions(): Captions {
    return this.#captions;
  }

  address() {
    const { url, room, token } = this.#target;
    return {
      url: roomAddress({ url, room, role: "viewer", position: this.#position }),
      protocols: [subprotocol, `${bearerSubprotocolPrefix}${token}`],
    };
  }

  read(text: string): Read {
    if (text.startsWith('{"type":"probe"')) return { ...nothing, reply: answerTo(text) };
    const isFirst = text.includes('"welcome":');
    if (isFirst || this.#keepsCaptions) this.#readWhole(text);
    else if (text.startsWith('{"type":"delta"')) this.#advance(text);
    else return nothing;
    return { marks: marksIn(text), isResume: isFirst, isReady: isFirst };
  }

  receipt(): string | null {
    const version = this.#position?.version ?? -1;
    if (version === this.#seenVersion) return null;
    this.#seenVersion = version;
    return JSON.stringify({ type: "seen", version } satisfies ViewerMessage);
  }

  #advance(text: string): void {
    const at = text.indexOf('"to":') + 5;
    const version = Number.parseInt(text.slice(at, at + 16), 10);
    if (this.#position !== null) this.#position = { ...this.#position, version };
  }

  #readWhole(text: string): void {
    const frame = v.parse(ViewerFrameSchema, JSON.parse(text));
    if (frame.type === "error") throw new Error(`The room answered ${frame.code}: ${frame.message}`);
    if (frame.type === "refresh" || frame.type === "renewed")
      throw new Error("The token has ended too early.");
    if (frame.type === "probe") throw new Error("Questions for the time are answered before.");
    if (frame.type !== "status") {
      const version = frame.type === "delta" ? frame.to : frame.version;
      this.#position = { epoch: frame.epoch, version };
    }
    if (!this.#keepsCaptions) return;
    const next = apply(this.#captions, frame);
    if (next === "resync") this.strays += 1;
    else this.#captions = next;
  }
}

function answerTo(probe: string): string {
  const { at } = v.parse(v.object({ at: v.number() }), JSON.parse(probe));
  return JSON.stringify({ type: "probed", at, now: Date.now() } satisfies ViewerMessage);
}

/** Engine.IO 4 and Socket.IO 5 as they look on a WebSocket, without the client's own cost. */
class SocketIoSpeaker implements Speaker {
  readonly greets = true;
  readonly #url: string;
  #recovery: { readonly pid: string; readonly offset: string } | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  address() {
    return { url: `${this.#url}/socket.io/?EIO=4&transport=websocket`, protocols: [] };
  }

  read(text: string): Read {
    // Engine.IO: 0 open, 2 ping, 3 pong, 4 message; Socket.IO inside of a message: 0 connect, 2 event.
    if (text.startsWith("42")) {
      if (this.#recovery !== null) {
        const from = text.lastIndexOf(',"') + 2;
        this.#recovery = { ...this.#recovery, offset: text.slice(from, -2) };
      }
      return oneMark(text);
    }
    if (text.startsWith("40")) {
      const { pid } = v.parse(ConnectedSchema, JSON.parse(text.slice(2)));
      this.#recovery = { pid, offset: this.#recovery?.pid === pid ? this.#recovery.offset : "" };
      return { ...nothing, isReady: true };
    }
    if (text === "2") return { ...nothing, reply: "3" };
    if (text.startsWith("0")) {
      const isBack = this.#recovery !== null && this.#recovery.offset !== "";
      return { ...nothing, reply: isBack ? `40${JSON.stringify(this.#recovery)}` : "40" };
    }
    return nothing;
  }

  receipt(): null {
    return null;
  }
}

const ConnectedSchema = v.object({ pid: v.string() });

function oneMark(text: string): Read {
  const mark = firstMark(text);
  return mark === null ? nothing : { marks: [mark], isResume: false };
}
