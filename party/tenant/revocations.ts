import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Standing } from "../room/door/standing.ts";
import type { Sqlite } from "../room/sqlite-port.ts";

/** What a revocation is about: all tokens of the tenant, those used in one room, or one token by its id. */
export type Target =
  | { readonly kind: "tenant" }
  | { readonly kind: "room"; readonly room: string }
  | { readonly kind: "token"; readonly id: string };

/** Nothing that was issued before outlives this. */
const tokensEndMs = (limits.tokenMaxSeconds + limits.tokenSkewSeconds + 60) * 1_000;

const Row = v.object({ kind: v.picklist(["tenant", "room", "token"]), name: v.string(), at: v.number() });

/** What a tenant has revoked, each kept until the last token it can be about has ended by itself. */
export class Revocations {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    sqlite.exec(
      "CREATE TABLE IF NOT EXISTS revocation (kind TEXT, name TEXT, at INTEGER NOT NULL, PRIMARY KEY (kind, name))",
    );
  }

  /** Throws `rate_limited` when too many tokens are revoked one by one. */
  note(target: Target, now: number): void {
    this.#sqlite.exec("DELETE FROM revocation WHERE at <= ?", now - tokensEndMs);
    if (target.kind === "token" && this.#others(target.id) >= limits.revokedTokensMax) {
      throw new CaptionwireError(
        "rate_limited",
        "Too many single tokens are revoked. Revoke a room, or all.",
      );
    }
    this.#sqlite.exec(
      "INSERT INTO revocation (kind, name, at) VALUES (?1, ?2, ?3) ON CONFLICT (kind, name) DO UPDATE SET at = max(at, ?3)",
      target.kind,
      nameOf(target),
      now,
    );
  }

  /** What concerns the whole tenant. */
  standing(): Standing {
    return this.standings()(null);
  }

  /** As each room has to know it, all as of now; they are read once for many rooms. */
  standings(): (room: string | null) => Standing {
    const ofTenant = Math.max(0, ...this.#of("tenant").map(({ at }) => at));
    const ofRoom = new Map(this.#of("room").map(({ name, at }) => [name, at]));
    const tokens = this.#of("token").map(({ name, at }) => ({ id: name, until: at + tokensEndMs }));
    return (room) => ({
      issuedBefore: Math.max(ofTenant, room === null ? 0 : (ofRoom.get(room) ?? 0)),
      tokens,
    });
  }

  #others(id: string): number {
    return this.#of("token").filter(({ name }) => name !== id).length;
  }

  #of(kind: Target["kind"]): v.InferOutput<typeof Row>[] {
    const rows = this.#sqlite.exec("SELECT kind, name, at FROM revocation WHERE kind = ?", kind);
    return [...rows].map((row) => v.parse(Row, row));
  }
}

function nameOf(target: Target): string {
  switch (target.kind) {
    case "tenant":
      return "";
    case "room":
      return target.room;
    case "token":
      return target.id;
    default:
      return target satisfies never;
  }
}
