/** The little of a synchronous SQLite that stores need; a Durable Object's `storage` fits. */
export type Sqlite = {
  exec(query: string, ...bindings: (string | number | null)[]): Iterable<Record<string, unknown>>;
  /** All of `work` or nothing. */
  transaction(work: () => void): void;
};
