import { limits } from "../../shared/limits.ts";
import type { SpeakPorts } from "./pipeline/ports.ts";

/** Of the provider's answer, what is kept with the audio. */
const keptHeaders = ["content-type", "dg-model-name", "dg-model-uuid", "dg-char-count"];
const keptSeconds = 7 * 24 * 60 * 60;

/** Where audio is kept: the runtime's cache of this place. */
export type AudioCache = {
  match(key: string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
};

/**
 * Answers from the cache what was spoken before with the same parameters and text, and keeps what was spoken to its end.
 *
 * @param scope whose audio it is: nothing is shared between two scopes
 * @param later keeps the Worker alive until the audio is stored
 */
export function withCache(
  ask: SpeakPorts["ask"],
  {
    cache,
    scope,
    query,
    later,
  }: {
    readonly cache: AudioCache;
    readonly scope: string;
    readonly query: URLSearchParams;
    readonly later: (work: Promise<unknown>) => void;
  },
): SpeakPorts["ask"] {
  return async (text, signal) => {
    const key = await keyOf(scope, query, text);
    // A cache that fails is a cache that knows nothing.
    const hit = await cache.match(key).catch(() => undefined);
    if (hit !== undefined) {
      const headers = new Headers();
      copyHeaders(hit.headers, headers);
      return { response: new Response(hit.body, { headers }), cache: "hit" };
    }
    const { response } = await ask(text, signal);
    if (response.status !== 200 || response.body === null) return { response, cache: "miss" };
    const kept = new Headers({ "cache-control": `max-age=${keptSeconds}` });
    copyHeaders(response.headers, kept);
    const body = response.body.pipeThrough(
      whole((audio) => later(cache.put(key, new Response(audio, { headers: kept })).catch(() => {}))),
    );
    return { response: new Response(body, response), cache: "miss" };
  };
}

/** Parameters in whatever order they came; the text goes in as a digest, because an address is logged more freely. */
async function keyOf(scope: string, query: URLSearchParams, text: string): Promise<string> {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const bytes = new TextEncoder().encode(JSON.stringify([scope, String(sorted), text]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `https://speech.invalid/${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function copyHeaders(from: Headers, to: Headers): void {
  for (const name of keptHeaders) {
    const value = from.get(name);
    if (value !== null) to.set(name, value);
  }
}

/** Passes bytes on; hands all of them over when they came to their end, and were not too many. One that broke has no end. */
function whole(keep: (audio: Blob) => void): TransformStream<Uint8Array, Uint8Array> {
  let parts: Uint8Array<ArrayBuffer>[] | null = [];
  let length = 0;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      length += bytes.length;
      if (length > limits.speakCacheChunkMaxBytes) parts = null;
      parts?.push(bytes.slice());
      controller.enqueue(bytes);
    },
    flush() {
      if (parts !== null && length > 0) keep(new Blob(parts));
    },
  });
}
