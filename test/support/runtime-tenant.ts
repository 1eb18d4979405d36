import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { forge, Member, request } from "./runtime-client.ts";

/** A tenant of its own for a test, whose tokens are forged: what is on its list is all there is. */
export class TestTenant {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get object() {
    return env.TENANT.getByName(this.name);
  }

  roomObject(room: string) {
    return env.CAPTIONS.getByName(`${this.name}/${room}`);
  }

  /** A token as it would be minted at this moment. */
  token(scope: string, claims: Record<string, unknown> = {}): Promise<string> {
    const jti = crypto.randomUUID();
    return forge({ claims: { sub: this.name, scope, jti, iat: Date.now() / 1_000, ...claims } });
  }

  async join(room: string, token: string | null = null, query = ""): Promise<Member> {
    return Member.join(room, token ?? (await this.token("captions:view")), query);
  }

  /** A viewer that has its first frame. */
  async viewer(room: string, token: string | null = null): Promise<Member> {
    const viewer = await this.join(room, token);
    await viewer.until("a snapshot", ({ type }) => type === "snapshot");
    return viewer;
  }

  async publisher(room: string): Promise<Member> {
    return this.join(room, await this.token("captions:publish"), "?role=publisher");
  }

  /** The room's own address, by an administrator. */
  async ask(method: string, room: string, body?: unknown): Promise<Response> {
    const token = await this.token("rooms:admin");
    return request(`/v1/rooms/${room}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  listed(): Promise<string[]> {
    return this.#query("SELECT name FROM room ORDER BY name", "name");
  }

  owed(): Promise<string[]> {
    return this.#query("SELECT name FROM room WHERE owed > 0 ORDER BY name", "name");
  }

  #query(query: string, column: string): Promise<string[]> {
    return runInDurableObject(this.object, (_object: DurableObject, { storage }) =>
      [...storage.sql.exec(query)].map((row) => String(row[column])),
    );
  }

  /** As many rooms on the list as it may have. */
  async fill(count: number): Promise<void> {
    await runInDurableObject(this.object, (_object: DurableObject, { storage }) => {
      for (let at = 0; at < count; at += 1)
        storage.sql.exec("INSERT INTO room (name, owed) VALUES (?, 0)", `filler-${at}`);
    });
  }

  async strike(room: string): Promise<void> {
    await runInDurableObject(this.object, (_object: DurableObject, { storage }) => {
      storage.sql.exec("DELETE FROM room WHERE name = ?", room);
    });
  }

  /** All that is in the storage of a room: its tables and keys, and its alarm. */
  stored(room: string): Promise<{ names: string[]; alarm: number | null }> {
    return runInDurableObject(this.roomObject(room), async (_object: DurableObject, { storage }) => {
      const tables = [...storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'")];
      const names = tables.map(({ name }) => String(name)).filter((name) => !name.startsWith("_cf_"));
      return { names: [...names, ...(await storage.list()).keys()], alarm: await storage.getAlarm() };
    });
  }

  exec(room: string, query: string): Promise<void> {
    return runInDurableObject(this.roomObject(room), (_object: DurableObject, { storage }) => {
      storage.sql.exec(query);
    });
  }

  /** The room's alarm goes off now, whenever it was set for. */
  async ring(room: string): Promise<void> {
    await runInDurableObject(this.roomObject(room), (_object: DurableObject, { storage }) =>
      storage.setAlarm(Date.now() + 3_600_000),
    );
    await runDurableObjectAlarm(this.roomObject(room));
  }

  evict(room: string): Promise<void> {
    return evictDurableObject(this.roomObject(room));
  }
}

export const nothing = { names: [], alarm: null };
