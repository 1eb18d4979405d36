import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { SqliteStore } from "../../party/room/sqlite.ts";
import { changed, emptyTranscript, type Transcript } from "../../party/room/transcript.ts";
import { begunSession } from "./stored-session.ts";

const objectOf = (room: string) => env.CAPTIONS.getByName(`tests/${room}`);

function inStore<T>(room: string, work: (store: SqliteStore) => Promise<T>): Promise<T> {
  return runInDurableObject(objectOf(room), (_object: DurableObject, { storage }) =>
    work(
      new SqliteStore({
        exec: (query, ...bindings) => storage.sql.exec(query, ...bindings),
        transaction: (run) => storage.transactionSync(run),
      }),
    ),
  );
}

/**
 * A room in which so many words were spoken, one a second, in a broadcast that is over: `stored0.`, `stored1.` and so on,
 * with their numbers for ids.
 *
 * @param writtenAt when each was written down, epoch milliseconds
 */
export function storeWords(
  room: string,
  count: number,
  writtenAt?: (index: number) => number,
): Promise<void> {
  const texts = Array.from({ length: count }, (_, index) => `stored${index}.`);
  return storeTexts(room, texts, writtenAt);
}

/** A room in which these captions were written, one a second, likewise. */
export async function storeTexts(
  room: string,
  texts: readonly string[],
  writtenAt: (index: number) => number = () => Date.now(),
): Promise<void> {
  // Session ids begin with their time, so this one sorts before any that is still to come.
  const session = { ...begunSession, id: "000000001-stored", ended: { at: 1, by: "finish" } } as const;
  const put = texts.map((text, index) => ({
    id: String(index),
    session: session.id,
    kind: "speech" as const,
    start: index * 1_000,
    end: (index + 1) * 1_000,
    text,
    at: writtenAt(index),
    version: 1,
  }));
  const transcript = changed(emptyTranscript("stored"), { version: 1, earliest: 0, put, removed: [] });
  await inStore(room, (store) => store.create({ transcript, session, settings: {} }));
  await evictDurableObject(objectOf(room));
}

/** The room's whole transcript, as it is written down. */
export async function storedTranscript(room: string): Promise<Transcript> {
  const stored = await inStore(room, (store) => store.load());
  if (stored === null) throw new Error(`nothing is stored of ${room}`);
  return stored.transcript;
}
