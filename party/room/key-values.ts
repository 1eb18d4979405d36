/**
 * The little of a key-value storage that a room needs; that of a Durable Object fits, and so does PartyKit's, which is one.
 *
 * Expected of it, as of theirs (developers.cloudflare.com/durable-objects/api/legacy-kv-storage-api, "Automatic write
 * coalescing"): writes are kept in the order of their calls, and those that are called without waiting in between are
 * kept all together or not at all, however many. A key may have 2 KiB, a value 128 KiB, a call `callMaxEntries` entries.
 */
export type KeyValues = {
  /** Sorted by key. */
  list(options: { readonly prefix: string }): Promise<ReadonlyMap<string, unknown>>;
  put(entries: Record<string, string>): Promise<unknown>;
  delete(keys: string[]): Promise<unknown>;
  deleteAll(): Promise<unknown>;
};

/** Entries of one `put` or `delete`. */
export const callMaxEntries = 128;
/**
 * Characters of one value. A string with anything but Latin letters is stored at two bytes each: this leaves some room
 * below 128 KiB.
 */
export const valueMaxCharacters = 60_000;
