/** An answer as it stood on the wire. */
export type Answer = {
  readonly status: number;
  /** Names in small letters; of a repeated header all values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  readonly how: "whole" | "torn" | "endless" | "upgraded";
  /** Bytes of the connection that it took. */
  readonly length: number;
};

export function headerOf({ headers }: Answer, name: string): string | null {
  return headers.get(name)?.[0] ?? null;
}

/**
 * Reads the first answer, past those that only say "go on"; `null` while more has to come. A stream of events never ends:
 * its first is enough. Throws when it is no HTTP.
 */
export function readAnswer(bytes: Buffer, isHead: boolean, isOver: boolean): Answer | null {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const [first = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})( |$)/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) throw new Error(`No HTTP: ${first.slice(0, 100)}`);
  const from = headEnd + 4;
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const answer = (how: Answer["how"], body: Buffer, to: number): Answer => ({
    status,
    headers,
    body,
    how,
    length: to,
  });
  const rest = bytes.subarray(from);
  if (status === 101) return answer("upgraded", Buffer.alloc(0), from);
  if (status < 200) {
    const next = readAnswer(rest, isHead, isOver);
    return next === null ? null : { ...next, length: next.length + from };
  }
  if (isHead || status === 204 || status === 304) return answer("whole", Buffer.alloc(0), from);
  const length = headers.get("content-length")?.[0];
  if (length !== undefined) {
    const to = Number(length);
    if (rest.length >= to) return answer("whole", rest.subarray(0, to), from + to);
    return isOver ? answer("torn", rest, bytes.length) : null;
  }
  if (headers.get("transfer-encoding")?.[0] !== "chunked") {
    return isOver ? answer("whole", rest, bytes.length) : null;
  }
  const { body, length: taken, isWhole } = readChunks(rest);
  if (isWhole) return answer("whole", body, from + taken);
  const isEvents = headers.get("content-type")?.[0]?.startsWith("text/event-stream") === true;
  if (isEvents && body.includes("\ndata: ")) return answer("endless", body, bytes.length);
  return isOver ? answer("torn", body, bytes.length) : null;
}

function readChunks(bytes: Buffer): { body: Buffer; length: number; isWhole: boolean } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const from = lineEnd + 2;
    if (Number.isNaN(size) || bytes.length < from + size + 2) {
      return { body: Buffer.concat(parts), length: at, isWhole: false };
    }
    if (size === 0) return { body: Buffer.concat(parts), length: from + 2, isWhole: true };
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
