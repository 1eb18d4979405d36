import { DurableObject } from "cloudflare:workers";
import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { Revoked } from "../../shared/revocation.ts";
import { roomOf } from "../bridge/rooms.ts";
import { roomPaths } from "../paths.ts";
import type { Standing } from "../room/door/standing.ts";
import { sqliteOf } from "../storage.ts";
import { Characters } from "./characters.ts";
import { Revocations, type Target } from "./revocations.ts";
import { type Owed, RoomList } from "./rooms.ts";
import { settingsOf, TenantsSchema, tenantsOf } from "./settings.ts";
import { type Spend, type Spent, spend } from "./spending.ts";

/** Rooms told at the same time. */
const batchRooms = 40;

/**
 * The Durable Object of a tenant: its rooms, what it has revoked, and what capped tokens have used up.
 *
 * It is never in the way of captions or of a token without caps: each room has its own copy of what was revoked, told when the
 * room is made and whenever there is something new, and the edge believes what it was told for `timing.standingLeaseMs`,
 * which a revocation waits out before it is answered.
 */
export class Tenant extends DurableObject<Cloudflare.Env> {
  readonly #revocations: Revocations;
  readonly #rooms: RoomList;
  readonly #characters: Characters;
  readonly #maxRooms: number;
  /** Until when the edge may believe an earlier answer, perhaps one of an object before this one. */
  #leasedUntil = Date.now() + timing.standingLeaseMs;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    const sqlite = sqliteOf(ctx.storage);
    this.#revocations = new Revocations(sqlite);
    this.#rooms = new RoomList(sqlite);
    this.#characters = new Characters(sqlite);
    const tenants = tenantsOf(v.parse(TenantsSchema, env));
    this.#maxRooms = settingsOf(tenants, this.#name).maxRooms ?? limits.tenantRoomsMax;
  }

  get #name(): string {
    return this.ctx.id.name ?? "";
  }

  /** A room comes on the list, and is told what was revoked; `null` when it is new and there are too many. */
  admitRoom(room: string, isNew: boolean): Standing | null {
    return this.#rooms.admit(room, isNew, this.#maxRooms) ? this.#revocations.standings()(room) : null;
  }

  /** As a room has to know it that is not there yet. */
  standingOf(room: string): Standing {
    return this.#revocations.standings()(room);
  }

  /** A room holds nothing any more. */
  forgetRoom(room: string): void {
    this.#rooms.forget(room);
  }

  /** Rooms by name; see `RoomList.names`. */
  roomNames(prefix: string, after: string, limit: number): readonly string[] {
    return this.#rooms.names(prefix, after, limit);
  }

  /** What concerns the whole tenant, good for `timing.standingLeaseMs` from when it was asked for. */
  standing(): Standing {
    this.#leasedUntil = Date.now() + timing.standingLeaseMs;
    return this.#revocations.standing();
  }

  /** Pays for characters before they are asked of the provider. */
  spend(order: Spend): Spent {
    return spend(this.#characters, this.#revocations.standing(), order, Date.now());
  }

  giveBack(tokenId: string, characters: number): void {
    this.#characters.giveBack(tokenId, characters);
  }

  /**
   * Refuses from now on, everywhere, what was issued until now, and has every socket closed that was opened with it. When
   * this answers without `pending`, it is so. Answers `null` when too many single tokens are revoked.
   */
  async revoke(target: Target): Promise<Revoked | null> {
    const revokedAt = Date.now();
    try {
      this.#revocations.note(target, revokedAt);
    } catch (error) {
      // Errors lose their class on the way to the Worker.
      if (error instanceof CaptionwireError) return null;
      throw error;
    }
    this.#rooms.owe(target.kind === "room" ? target.room : null);
    // Should this object die in the middle, the next one goes on.
    await this.ctx.storage.setAlarm(revokedAt + timing.revocationRetryMs);
    const rooms = await this.#tell();
    const leaseMs = Math.min(this.#leasedUntil - Date.now(), timing.standingLeaseMs);
    if (target.kind !== "room" && leaseMs > 0) await scheduler.wait(leaseMs);
    return { revokedAt, rooms, pending: this.#rooms.owedCount };
  }

  override async alarm(): Promise<void> {
    await this.#tell();
    if (this.#rooms.owedCount > 0) await this.ctx.storage.setAlarm(Date.now() + timing.revocationRetryMs);
  }

  /** Tells the rooms that have to be told; answers how many were. */
  async #tell(): Promise<number> {
    const owed = this.#rooms.owed();
    const standingOf = this.#revocations.standings();
    let count = 0;
    for (let at = 0; at < owed.length; at += batchRooms) {
      const told = await Promise.all(
        owed.slice(at, at + batchRooms).map((room) => this.#tellRoom(room, standingOf(room.name))),
      );
      count += told.filter(Boolean).length;
    }
    return count;
  }

  async #tellRoom(room: Owed, standing: Standing): Promise<boolean> {
    try {
      const object = roomOf(this.env, `${this.#name}/${room.name}`);
      const body = JSON.stringify(standing);
      const signal = AbortSignal.timeout(timing.tellRoomMs);
      const answer = await object.fetch(`https://room${roomPaths.revoke}`, { method: "POST", body, signal });
      await answer.body?.cancel();
      if (answer.ok) this.#rooms.told(room);
      // It failed when it was to be made, after it had come on the list. One that is not there yet asks when it is made.
      if (answer.status === 404) this.#rooms.forget(room.name);
      return answer.ok || answer.status === 404;
    } catch (error) {
      console.error({ event: "room_not_told", error: error instanceof Error ? error.name : "unknown" });
      return false;
    }
  }
}
