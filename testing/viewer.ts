import {
  type Captions,
  type CaptionsFrame,
  type Segment,
  type Subscription,
  subscribe,
} from "../client/index.ts";
import type { TokenRequest } from "../shared/claims.ts";
import { eventually } from "./wait.ts";

/** Where rooms are, and who makes tokens for them. */
export type Rooms = {
  readonly url: string;
  token(request: TokenRequest): Promise<string>;
  /** Ends all that is open in them, or opening. */
  readonly closed?: AbortSignal;
};

/**
 * Tokens for a client: the first is fetched now, so that a refusal is told as it is. A client would take it for a
 * fault that may pass, and try again.
 */
export async function tokensOf(rooms: Rooms, request: TokenRequest): Promise<() => Promise<string>> {
  let first: string | null = await rooms.token(request);
  rooms.closed?.throwIfAborted();
  return async () => {
    const token = first ?? (await rooms.token(request));
    first = null;
    return token;
  };
}

/**
 * A reader of a room, by the client that apps use: it comes back by itself after any interruption, and holds the room's
 * transcript exactly. The waits look at what it holds now, too; each takes 15 s at most unless told otherwise, and rejects with
 * what the viewer held instead.
 */
export type Viewer = Subscription & {
  readonly room: string;
  /** Every frame that changed the captions, in order, over all its connections. */
  readonly frames: readonly CaptionsFrame[];
  readonly segments: readonly Segment[];
  /** The final words, segments joined by a space. */
  readonly text: string;
  /** What is being said now, not final yet; `""` for nothing. */
  readonly interimText: string;
  /**
   * Waits until these words are final, next to each other. In a string neither case nor punctuation matters, for a recogniser
   * may write them otherwise; a pattern is tried on `text` as it is. A string without a word is an error.
   */
  sees(words: string | RegExp, withinMs?: number): Promise<Captions>;
  /** The same for what is being said now. */
  seesInterim(words: string | RegExp, withinMs?: number): Promise<Captions>;
  /** Waits until it holds the room's transcript of this version, as `finish()` tells it, or a later one. */
  reaches(version: number, withinMs?: number): Promise<Captions>;
  /** Waits for anything else. `what` stands in the error's message. */
  until(what: string, holds: (captions: Captions) => boolean, withinMs?: number): Promise<Captions>;
};

const defaultWithinMs = 15_000;

/** Settles once the room has sent its first frame; rejects with the service's reason when it makes no token. */
export async function openViewer(rooms: Rooms, room: string): Promise<Viewer> {
  const frames: CaptionsFrame[] = [];
  const subscription = subscribe({
    url: rooms.url,
    room,
    token: await tokensOf(rooms, { scopes: ["captions:view"], room }),
    onChange: (_captions, frame) => frames.push(frame),
  });
  rooms.closed?.addEventListener("abort", () => subscription.close(), { once: true });
  const until: Viewer["until"] = async (what, holds, withinMs = defaultWithinMs) => {
    await eventually(
      `The viewer of "${room}" ${what}`,
      () => subscription.captions,
      // One that was sent away for good sees nothing any more: no need to wait.
      (captions) => holds(captions) || subscription.link.state === "closed",
      withinMs,
      (captions) => describe(captions, subscription),
    );
    const { captions } = subscription;
    if (holds(captions)) return captions;
    throw new Error(`The viewer of "${room}" ${what}: did not happen; ${describe(captions, subscription)}`);
  };
  const viewer: Viewer = {
    room,
    frames,
    get captions() {
      return subscription.captions;
    },
    get segments() {
      return subscription.captions.segments;
    },
    get text() {
      return textOf(subscription.captions.segments);
    },
    get interimText() {
      return subscription.captions.interim?.text ?? "";
    },
    get link() {
      return subscription.link;
    },
    get transport() {
      return subscription.transport;
    },
    earlier: () => subscription.earlier(),
    close: () => subscription.close(),
    async sees(words, withinMs) {
      assertWords(words);
      return until(`sees ${quoted(words)}`, ({ segments }) => includes(textOf(segments), words), withinMs);
    },
    async seesInterim(words, withinMs) {
      assertWords(words);
      return until(
        `sees ${quoted(words)} being said`,
        ({ interim }) => includes(interim?.text ?? "", words),
        withinMs,
      );
    },
    reaches: (version, withinMs) =>
      until(`reaches version ${version}`, ({ position }) => (position?.version ?? -1) >= version, withinMs),
    until,
  };
  try {
    await viewer.until("gets its first frame", () => subscription.link.state === "open");
  } catch (error) {
    subscription.close();
    rooms.closed?.throwIfAborted();
    throw error;
  }
  return viewer;
}

export function textOf(segments: readonly Segment[]): string {
  return segments
    .filter(({ kind }) => kind === "speech")
    .map(({ text }) => text)
    .join(" ");
}

/** Nothing at all is next to each other everywhere, and a wait for it would end before it began. */
function assertWords(words: string | RegExp): void {
  if (typeof words === "string" && plain(words) === "")
    throw new Error(
      `There is no word in ${quoted(words)} to wait for. Punctuation alone is matched by a pattern.`,
    );
}

function includes(text: string, words: string | RegExp): boolean {
  if (typeof words !== "string") return text.search(words) !== -1;
  return ` ${plain(text)} `.includes(` ${plain(words)} `);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("’", "'")
    .replaceAll(/[^\p{L}\p{N}\p{M}']+/gu, " ")
    .trim();
}

function quoted(words: string | RegExp): string {
  return typeof words === "string" ? `"${words}"` : String(words);
}

function describe({ segments, interim, status }: Captions, { link }: Subscription): string {
  const now = interim === null ? "" : ` and, not final yet, "${interim.text}"`;
  const gaps = segments.filter(({ kind }) => kind === "gap").length;
  const missing = gaps === 0 ? "" : ` with ${gaps} gaps`;
  const why = "reason" in link ? `: ${link.reason}` : "message" in link ? `: ${link.message}` : "";
  return `it holds "${textOf(segments)}"${missing}${now}; the room is ${status.state}, its link ${link.state}${why}`;
}
