/** One thing a stranger might send. Plain data, so that it can be printed and sent again. */
export type FuzzCase = RequestCase | SocketCase | BytesCase;

export type Header = readonly [name: string, value: string];

/** In headers and targets, `{credential}` stands for the secret, which is another in every run. */
export const credentialMark = "{credential}";

export type RequestCase = {
  readonly kind: "request";
  readonly method: string;
  /** Path and query as the request line has them, a byte each character. */
  readonly target: string;
  readonly credential: Credential;
  readonly headers: readonly Header[];
  readonly body: Body | null;
  readonly framing: Framing;
};

export type Body =
  | { readonly text: string }
  | { readonly hex: string }
  /** Made when it is sent. */
  | { readonly repeat: string; readonly times: number };

/**
 * How a body is announced and sent: with its length; in chunks; with a length that it never reaches; in chunks whose last
 * never comes; in chunks of which one has no size; or the client is gone in the middle.
 */
export const framings = ["length", "chunked", "short", "torn", "bad chunk", "gone"] as const;
export type Framing = (typeof framings)[number];

export type SocketCase = {
  readonly kind: "socket";
  readonly role: "viewer" | "publisher";
  readonly room: string;
  /** Besides the role. */
  readonly query: string;
  readonly credential: Credential;
  readonly headers: readonly Header[];
  readonly steps: readonly Step[];
  /** How the client leaves: with a close frame, with one that has no code, by `finish`, without a word, by half a close. */
  readonly end: "close" | "empty close" | "finish" | "vanish" | "hang up";
};

export type Step =
  | { readonly kind: "text"; readonly text: string }
  /** Another token in the place of the first. */
  | { readonly kind: "auth"; readonly credential: Credential }
  | { readonly kind: "audio"; readonly hex: string }
  /** Made when it is sent: one frame, or as many. */
  | { readonly kind: "repeat"; readonly isText: boolean; readonly byte: string; readonly times: number }
  | { readonly kind: "flood"; readonly opcode: number; readonly text: string; readonly times: number }
  | ({ readonly kind: "frame" } & RawFrame)
  | { readonly kind: "bytes"; readonly hex: string }
  /** Until a message of this type has come, or a moment has passed. */
  | { readonly kind: "await"; readonly type: "ready" | "snapshot" };

export type RawFrame = {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly reserved: number;
  readonly isMasked: boolean;
  readonly hex: string;
  /** What the header says of the length, when that is not so. */
  readonly length?: number;
};

/** Bytes on the bare connection, a byte each character; then the client closes its side, or is gone. */
export type BytesCase = { readonly kind: "bytes"; readonly bytes: string; readonly end: "fin" | "gone" };

/** Whose token; see `service.ts`. */
export const bearers = [
  "admin",
  "viewer",
  "publisher",
  "editor",
  "speaker",
  "provider",
  "narrow",
  "prefixed",
  "capped",
  "short",
  "doomed",
  "watcher",
  "neighbour",
] as const;
export type Bearer = (typeof bearers)[number];

export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly of: Bearer }
  /** Of a tenant that may come to any harm. */
  | { readonly kind: "key" }
  /** A token for one connection, made for this case. */
  | { readonly kind: "ticket"; readonly role: "viewer" | "publisher"; readonly room: string }
  /** Nobody's: what a token or a key was made into. */
  | { readonly kind: "wrong"; readonly of: Bearer | "key"; readonly how: Mutation }
  | { readonly kind: "text"; readonly text: string };

export type Mutation =
  | { readonly kind: "character"; readonly at: number; readonly put: string }
  | { readonly kind: "insert"; readonly at: number; readonly text: string; readonly times: number }
  | { readonly kind: "cut"; readonly at: number }
  /** Another JWT header, JSON, over the same payload and signature. */
  | { readonly kind: "header"; readonly json: string }
  /** Claims put over those there are, under the same signature. */
  | { readonly kind: "claims"; readonly json: string }
  /** The same claims under a header of one's own, signed with a secret of one's own; with none, not signed at all. */
  | { readonly kind: "signed"; readonly json: string; readonly secret: string | null };

/** For people: what is long is cut. The case itself comes again from its seed and number. */
export function describeCase(one: FuzzCase): string {
  return JSON.stringify(one, (_, value: unknown) => {
    if (typeof value === "string" && value.length > 200) return `${value.slice(0, 200)}… (${value.length})`;
    return Array.isArray(value) && value.length > 10 ? [...value.slice(0, 10), `… (${value.length})`] : value;
  });
}
