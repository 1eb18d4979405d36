import type { FetchInit } from "../../client/index.ts";

const everyMs = 2_000;

/**
 * Asks again and again for a piece of JSON, as if it came as server-sent events: what reads those reads this too. A
 * refusal of the first request is answered as it is; a later one ends the stream.
 */
export async function pollAsEvents(path: string, init: FetchInit): Promise<Response> {
  const ask = () =>
    fetch(path, { ...init, headers: { ...init.headers, accept: "application/json" }, cache: "no-store" });
  const first = await ask();
  if (!first.ok) return first;
  const encoder = new TextEncoder();
  let waiting: Response | null = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (waiting === null) await new Promise((resolve) => setTimeout(resolve, everyMs));
      const answer = waiting ?? (await ask());
      waiting = null;
      if (answer.ok) {
        const told: unknown = await answer.json();
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(told)}\n\n`));
      } else {
        await answer.body?.cancel();
        controller.close();
      }
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
