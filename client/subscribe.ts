import { timing } from "../shared/limits.ts";
import type { Position } from "../shared/position.ts";
import { type ViewerFrame, ViewerFrameSchema, type ViewerMessage } from "../shared/protocol.ts";
import { roomAddress } from "./address.ts";
import { guarded } from "./callback.ts";
import { createConnection, type Link, type TokenSource } from "./connection.ts";
import { parseFrame } from "./frames.ts";
import { type Ports, systemPorts } from "./ports.ts";
import { apply, type Captions, noCaptions } from "./transcript.ts";

export type SubscribeOptions = {
  /** http(s) origin of the Worker. */
  url: string;
  room: string;
  token: TokenSource;
  /** After every frame that was applied. */
  onChange?: (captions: Captions, frame: ViewerFrame) => void;
  onLink?: (link: Link) => void;
  ports?: Partial<Ports>;
};

export type Subscription = {
  readonly captions: Captions;
  readonly link: Link;
  close(): void;
};

/** How often a viewer tells the room what it has read. */
const seenEveryMs = 3_000;
/** A room batches its frames, so its head may run ahead of ours for a moment. Longer than this, the link is a zombie. */
const headPatienceMs = 5_000;
const maxRetryMs = 30_000;

/**
 * Follows the captions of a room until `close()` or until the room says that coming back cannot help
 * (`link.state === "closed"`).
 *
 * The position is kept across interruptions: what was missed arrives in the first frame after coming back,
 * each segment once. `captions` is a new value after each frame; a value read earlier never changes.
 */
export function subscribe(options: SubscribeOptions): Subscription {
  const ports: Ports = { ...systemPorts, ...options.ports };
  const onChange = guarded(options.onChange);
  const onLink = guarded(options.onLink);
  let captions = noCaptions;
  let seenVersion = -1;
  /** What the last status said. */
  let head: Position | null = null;
  let cancelSeen: (() => void) | null = null;
  let cancelHead: (() => void) | null = null;

  const connection = createConnection({
    ports,
    token: options.token,
    backoff: { windowMs: timing.retryWindowMs, maxMs: maxRetryMs },
    address: () =>
      roomAddress({ url: options.url, room: options.room, role: "viewer", position: captions.position }),
    handleOpen() {},
    handleText(text) {
      const frame = parseFrame(ViewerFrameSchema, text);
      if (frame === null) {
        connection.drop({ kind: "fault", reason: "The room sent something this viewer cannot read." });
      } else {
        handleFrame(frame);
      }
    },
    handleLink(link) {
      if (link.state === "waiting" || link.state === "closed") stopTimers();
      onLink(link);
    },
  });

  function handleFrame(frame: ViewerFrame): void {
    if (frame.type === "error") {
      connection.drop({ kind: "error", code: frame.code, message: frame.message, retry: frame.retry });
      return;
    }
    const next = apply(captions, frame);
    if (next === "resync") {
      connection.drop({ kind: "fault", reason: "A part of the captions was missed." });
      return;
    }
    captions = next;
    if (frame.type === "status") {
      watchHead({ epoch: frame.epoch, version: frame.version });
    } else {
      connection.settle({
        heartbeatMs: frame.welcome?.heartbeatMs,
        windowMs: frame.welcome?.retryWindowMs,
      });
      tellSeen();
    }
    onChange(captions, frame);
  }

  /** Frames come in order, so a head below ours says at once that we are not reading the same history. */
  function watchHead(next: Position): void {
    head = next;
    if (captions.position !== null && next.epoch === captions.position.epoch) {
      if (next.version < captions.position.version) dropStray();
      if (next.version <= captions.position.version) return;
    }
    cancelHead ??= ports.setTimer(() => {
      cancelHead = null;
      const { position } = captions;
      if (head?.epoch !== position?.epoch || (head?.version ?? 0) > (position?.version ?? 0)) dropStray();
    }, headPatienceMs);
  }

  function dropStray(): void {
    connection.drop({ kind: "fault", reason: "The connection fell behind the room." });
  }

  function tellSeen(): void {
    if (cancelSeen !== null || captions.position?.version === seenVersion) return;
    cancelSeen = ports.setTimer(() => {
      cancelSeen = null;
      if (captions.position === null) return;
      seenVersion = captions.position.version;
      connection.send(JSON.stringify({ type: "seen", version: seenVersion } satisfies ViewerMessage));
    }, seenEveryMs);
  }

  function stopTimers(): void {
    cancelSeen?.();
    cancelHead?.();
    cancelSeen = null;
    cancelHead = null;
    seenVersion = -1;
  }

  return {
    get captions() {
      return captions;
    },
    get link() {
      return connection.link;
    },
    close() {
      connection.close();
    },
  };
}
