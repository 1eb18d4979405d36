/** One thing a stranger might send. Plain data, so that it can be printed and sent again. */
export type FuzzCase = SocketCase | RequestCase | RawCase;

export type SocketCase = {
  readonly kind: "socket";
  readonly path: "/v1/listen" | "/v2/listen";
  readonly query: string;
  readonly steps: readonly Step[];
  /** How the client leaves: in order, or without a word. */
  readonly end: "CloseStream" | "vanish";
};

export type Step =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly hex: string }
  /** Made when it is sent: so many equal bytes. */
  | { readonly kind: "huge"; readonly bytes: number; readonly isText: boolean };

export type RequestCase = {
  readonly kind: "request";
  readonly method: "POST" | "GET" | "PUT";
  readonly path: "/v1/speak" | "/v1/listen" | "/v1/auth/grant";
  readonly query: string;
  readonly contentType: string | null;
  readonly body: { readonly hex: string } | { readonly text: string } | { readonly bytes: number };
};

/** Bytes on the bare connection: instead of a request, or of WebSocket frames. */
export type RawCase = { readonly kind: "raw"; readonly upgraded: boolean; readonly hex: string };

export function describeCase(one: FuzzCase): string {
  const text = JSON.stringify(one);
  return text.length > 1500 ? `${text.slice(0, 1500)}… (${text.length} characters)` : text;
}
