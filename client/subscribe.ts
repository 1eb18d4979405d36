import { CaptionwireError } from "../shared/errors.ts";
import { timing } from "../shared/limits.ts";
import type { Position } from "../shared/position.ts";
import {
  type DeltaFrame,
  type ViewerFrame,
  ViewerFrameSchema,
  type ViewerMessage,
} from "../shared/protocol.ts";
import { roomAddress, roomResource } from "./address.ts";
import { guarded } from "./callback.ts";
import { createConnection, type Link, type TokenSource } from "./connection.ts";
import { dialEvents, dialSocket, fallbackDialer, type Transport } from "./dialer.ts";
import { fetchEarlier } from "./earlier.ts";
import { parseFrame } from "./frames.ts";
import type { Ports } from "./ports.ts";
import { createReceipts } from "./receipts.ts";
import { createRenewal } from "./renewal.ts";
import { systemPorts } from "./system-ports.ts";
import { apply, type Captions, type CaptionsFrame, noCaptions, prepend, trim } from "./transcript.ts";

export type SubscribeOptions = {
  /** http(s) origin of the Worker. */
  url: string;
  room: string;
  /** Left out for public rooms. */
  token?: TokenSource;
  /** Whose public room it is, where the Worker serves several tenants. */
  tenant?: string;
  /**
   * At most twice so many segments are held, 1 or more; the others are earlier then. For screens that run for days, and
   * for nobody who reads back: what `earlier()` brings goes the same way. Left out: all are held.
   */
  keepSegments?: number;
  /** After every frame that was applied. */
  onChange?: (captions: Captions, frame: CaptionsFrame) => void;
  onLink?: (link: Link) => void;
  ports?: Partial<Ports>;
};

export type Subscription = {
  readonly captions: Captions;
  readonly link: Link;
  /** How frames travel, or will with the next attempt. */
  readonly transport: Transport;
  /**
   * Fetches the segments before those held (`captions.hasEarlier`) and answers the captions with them; `onChange` is
   * not called. Calls at the same time share one request. Without anything earlier, and when the room's history was
   * replaced meanwhile, the captions are answered as they are.
   *
   * Rejects with a `CaptionwireError`, after which it may be called again.
   */
  earlier(): Promise<Captions>;
  close(): void;
};

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
  const { url, room, token = null, tenant = null, keepSegments = Number.POSITIVE_INFINITY } = options;
  const ports: Ports = { ...systemPorts, ...options.ports };
  const onChange = guarded(options.onChange);
  const onLink = guarded(options.onLink);
  let captions = noCaptions;
  /** Applied since earlier captions were asked for; `null` while nobody has asked. */
  let deltas: DeltaFrame[] | null = null;
  let fetching: Promise<Captions> | null = null;
  const closing = new AbortController();
  /** What the last status said. */
  let head: Position | null = null;
  let cancelHead: (() => void) | null = null;

  const dialer = fallbackDialer({
    websocket: dialSocket(ports, () =>
      roomAddress({ url, room, tenant, role: "viewer", position: captions.position }),
    ),
    events: dialEvents(
      ports,
      () => roomResource({ url, room, tenant }, "events").href,
      () => captions.position,
    ),
  });
  const connection = createConnection({
    ports,
    dialer,
    token,
    backoff: { windowMs: timing.retryWindowMs, maxMs: maxRetryMs },
    handleOpen() {},
    handleText(text) {
      const frame = parseFrame(ViewerFrameSchema, text);
      if (frame === null) {
        connection.drop({ kind: "fault", reason: "The room sent something this viewer cannot read." });
      } else {
        handleFrame(frame, text.length);
      }
    },
    handleLink(link) {
      if (link.state === "waiting" || link.state === "closed") {
        receipts.reset();
        renewal.reset();
        cancelHead?.();
        cancelHead = null;
      }
      onLink(link);
    },
  });
  const receipts = createReceipts(ports, ({ version }) => {
    tell({ type: "seen", version });
  });
  const renewal = createRenewal(ports, token, (fresh) => tell({ type: "auth", token: fresh }));

  function tell(message: ViewerMessage): void {
    connection.send(JSON.stringify(message));
  }

  function handleFrame(frame: ViewerFrame, bytes: number): void {
    switch (frame.type) {
      case "snapshot":
      case "delta":
      case "status":
        handleCaptions(frame, bytes);
        return;
      case "refresh":
        // On a stream of events there is no way to answer.
        if (dialer.transport === "websocket") renewal.asked(frame.withinMs);
        return;
      case "renewed":
        return;
      case "probe":
        tell({ type: "probed", at: frame.at, now: ports.now() });
        return;
      case "error":
        connection.drop({ kind: "error", code: frame.code, message: frame.message, retry: frame.retry });
        return;
      default:
        frame satisfies never;
    }
  }

  function handleCaptions(frame: CaptionsFrame, bytes: number): void {
    const next = apply(captions, frame);
    if (next === "resync") {
      connection.drop({ kind: "fault", reason: "A part of the captions was missed." });
      return;
    }
    if (frame.type === "snapshot") deltas = null;
    // A part that was asked for belongs before what was held then.
    captions = deltas === null ? trim(next, keepSegments) : next;
    if (frame.type === "delta") deltas?.push(frame);
    if (frame.type === "status") {
      watchHead({ epoch: frame.epoch, version: frame.version });
    } else {
      connection.settle({
        heartbeatMs: frame.welcome?.heartbeatMs,
        windowMs: frame.welcome?.retryWindowMs,
      });
      const { position } = captions;
      if (position !== null) {
        // A first frame and a snapshot put this viewer where the room already knows it to be.
        const isBegin = frame.type === "snapshot" || frame.welcome !== undefined;
        if (isBegin) receipts.began(position);
        else receipts.reached(position, bytes);
      }
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

  async function fetchPart(): Promise<Captions> {
    const since: DeltaFrame[] = [];
    deltas = since;
    // Without a first one the newest are asked for: all that was held may be gone, and what came before it not.
    const before = captions.segments[0]?.id ?? null;
    try {
      const part = await fetchEarlier({ url, room, tenant, token, ports }, before, closing.signal);
      if (deltas === since) captions = prepend(captions, part, since);
      return captions;
    } catch (error) {
      if (!(error instanceof CaptionwireError && error.code === "not_found")) throw error;
      if (deltas !== since) return captions;
      if ((captions.segments[0]?.id ?? null) === before) throw error;
      // It was removed before the room was asked, and another one is the first now.
      return fetchPart();
    }
  }

  return {
    get captions() {
      return captions;
    },
    get link() {
      return connection.link;
    },
    get transport() {
      return dialer.transport;
    },
    earlier() {
      if (fetching !== null) return fetching;
      if (!captions.hasEarlier) return Promise.resolve(captions);
      fetching = fetchPart().finally(() => {
        deltas = null;
        fetching = null;
      });
      return fetching;
    },
    close() {
      connection.close();
      closing.abort();
    },
  };
}
