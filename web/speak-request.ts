import * as v from "valibot";

/** Deepgram's two shapes of an error, and ours. */
const RefusalSchema = v.union([
  v.object({ err_msg: v.string() }),
  v.object({ message: v.string(), details: v.optional(v.string()) }),
]);

/** Of an answer's body. */
export type Piece = Uint8Array<ArrayBuffer>;

export type SpeechOrder = {
  readonly text: string;
  /** Deepgram's parameters. */
  readonly query: Readonly<Record<string, string>>;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Spoken anew, even where it is kept in a cache. */
  readonly isFresh?: boolean;
};

/** Asks for speech. Whatever the answer is, it is the caller's to read. */
export function askForSpeech({
  text,
  query,
  token,
  signal,
  isFresh = false,
}: SpeechOrder): Promise<Response> {
  return fetch(`/v1/speak?${new URLSearchParams(query)}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...(isFresh ? { "cache-control": "no-store" } : {}),
    },
    body: JSON.stringify({ text }),
    signal,
  });
}

/**
 * The body, piece after piece; not every browser can iterate over a stream. A stop in the middle of the download is an end
 * like any other. Throws `torn` when it breaks off.
 */
export async function* piecesOf(body: ReadableStream<Piece>, torn: Error): AsyncGenerator<Piece> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (!isAbort(error)) throw torn;
  }
}

/** Whether it was stopped by whoever asked. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** What an answer that is no speech says, as the service says it; null when it says nothing that can be read. */
export async function refusalOf(answer: Response): Promise<string | null> {
  const parsed = v.safeParse(RefusalSchema, await answer.json().catch(() => null));
  if (!parsed.success) return null;
  const { output } = parsed;
  if ("err_msg" in output) return output.err_msg;
  return [output.message, output.details].filter(Boolean).join(" ");
}
