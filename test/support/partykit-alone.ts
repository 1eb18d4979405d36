import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { newSigningSecret } from "../../cli/keys/make.ts";
import type { Child } from "../../cli/stack/child.ts";
import { freePort } from "../../cli/stack/port.ts";
import { startRooms } from "../../cli/stack/rooms.ts";
import { pathOf } from "../../party/bridge/address.ts";
import { type Bearer, makeVoucher, voucherHeader } from "../../party/bridge/voucher.ts";
import { nothingRevoked } from "../../party/room/door/standing.ts";
import { parseSigningKeys, type SigningKeys } from "../../party/tokens/signing-keys.ts";
import { localUrl } from "../../testing/local-url.ts";
import { within } from "../../testing/wait.ts";

/** A member's socket, straight to PartyKit. */
export type Direct = {
  readonly socket: WebSocket;
  readonly frames: string[];
  readonly closed: Promise<number>;
};

/** Rooms under PartyKit; in the place of the edge Worker there is a tenant's list that does what a test wants. */
export class PartykitAlone {
  readonly #keys: SigningKeys;
  readonly #folder = mkdtempSync(join(tmpdir(), "captionwire-partykit-"));
  readonly #edge = createServer((request, response) => {
    const [operation = ""] = (request.url ?? "").split("/").slice(-1);
    this.told.push(operation);
    if (!request.url?.startsWith("/internal/registry/")) response.writeHead(404).end();
    else if (this.isListDown) response.writeHead(503).end();
    else if (this.isListSlow) response.writeHead(200).write("{");
    else if (operation === "forget") response.writeHead(204).end();
    else response.end(JSON.stringify(nothingRevoked));
  });
  readonly #variables: Readonly<Record<string, string>>;
  #rooms: Child | null = null;
  /** What rooms have asked of the list, in order. */
  readonly told: string[] = [];
  isListDown = false;
  /** Its answers begin, and never end. */
  isListSlow = false;

  private constructor(variables: Readonly<Record<string, string>>) {
    const secret = newSigningSecret();
    this.#keys = parseSigningKeys({ TOKEN_SECRET: secret });
    this.#variables = { TOKEN_SECRET: secret, ...variables };
  }

  static async start(variables: Readonly<Record<string, string>>): Promise<PartykitAlone> {
    const alone = new PartykitAlone(variables);
    alone.#edge.listen(0, "127.0.0.1");
    await once(alone.#edge, "listening");
    await alone.#begin();
    return alone;
  }

  async #begin(): Promise<void> {
    // As somebody may write it.
    const edgeUrl = `${localUrl(this.#edge)}/`;
    const port = await freePort();
    this.#rooms = await startRooms(this.#folder, { port, edgeUrl, variables: this.#variables });
  }

  get url(): string {
    return this.#rooms?.url ?? "";
  }

  async restart(): Promise<void> {
    await this.#rooms?.kill();
    await this.#begin();
  }

  /** As the edge asks, with a voucher for just this. */
  async ask(method: string, name: string, path: string, bearer: Bearer): Promise<Response> {
    const voucher = await this.#voucher(method, name, path, bearer);
    return fetch(`${this.url}${pathOf({ name, path })}`, { method, headers: { [voucherHeader]: voucher } });
  }

  async open(name: string, bearer: Bearer): Promise<Direct> {
    const voucher = await this.#voucher("GET", name, "/", bearer);
    const url = `${this.url.replace("http", "ws")}${pathOf({ name, path: "/" })}`;
    const socket = new WebSocket(url, { headers: { [voucherHeader]: voucher } });
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await within("the socket opens", once(socket, "open"));
    return { socket, frames, closed };
  }

  #voucher(method: string, name: string, path: string, bearer: Bearer): Promise<string> {
    return makeVoucher({ audience: "captionwire room", name, method, path }, bearer, this.#keys);
  }

  async close(): Promise<void> {
    await this.#rooms?.stop();
    this.#edge.closeAllConnections();
    this.#edge.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
