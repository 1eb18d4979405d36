import type { Request } from "./request.ts";

/** What came back, as it is known by now. */
export type Received = {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly tookMs: number;
  readonly body: Shown;
  readonly isOver: boolean;
};

export type Shown =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "audio"; readonly url: string; readonly bytes: number; readonly canBeHeard: boolean };

/** More than this of a text nobody reads here. */
const shownMaxCharacters = 200_000;
const heard = /^audio\/(?:mpeg|wav|ogg|flac|aac)\b/;

/** Sends a request and tells what comes, each time there is more. A stream is told until `signal` ends it. Throws as `fetch` does. */
export async function send(
  { method, url, headers, body }: Request,
  signal: AbortSignal,
  tell: (received: Received) => void,
): Promise<void> {
  const askedAt = performance.now();
  const answer = await fetch(url, { method, headers, body, signal, cache: "no-store" });
  const tookMs = performance.now() - askedAt;
  const { status, statusText } = answer;
  const told = { status, statusText, headers: [...answer.headers], tookMs };
  const type = answer.headers.get("content-type") ?? "";
  if (type.startsWith("audio/")) {
    tell({ ...told, body: { kind: "text", text: "" }, isOver: false });
    const blob = await answer.blob();
    const sound = { url: URL.createObjectURL(blob), bytes: blob.size, canBeHeard: heard.test(type) };
    tell({ ...told, body: { kind: "audio", ...sound }, isOver: true });
    return;
  }
  let text = "";
  const say = (isOver: boolean): void => {
    const shown = isOver && /\bjson\b/.test(type) ? indented(text) : text;
    tell({ ...told, body: { kind: "text", text: shown.slice(0, shownMaxCharacters) }, isOver });
  };
  say(false);
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) break;
    text += decoder.decode(piece.value, { stream: true });
    say(false);
  }
  say(true);
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
