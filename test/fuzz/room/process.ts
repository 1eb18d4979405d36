import type { Ports as ClientPorts } from "../../../client/ports.ts";
import { type Publisher, publish } from "../../../client/publish.ts";
import { tapeFormat } from "../../support/tape/tape.ts";
import type { Account } from "./account.ts";
import { Timers } from "./clock.ts";
import type { Cut, Link } from "./link.ts";
import type { Surroundings } from "./surroundings.ts";

/** One publishing process: the real client, its timers and its sockets, which may all vanish at once. */
export class Process {
  readonly account: Account;
  readonly publisher: Publisher;
  readonly #world: Surroundings;
  readonly #timers: Timers;
  readonly links: Link[] = [];
  outcome: "running" | "finished" | "failed" = "running";

  constructor(world: Surroundings, account: Account, takesOver: boolean, model: string | undefined) {
    this.#world = world;
    this.account = account;
    this.#timers = new Timers(world.clock);
    const ports: ClientPorts = {
      now: () => world.clientWallMs(),
      random: world.random.fork().next,
      newKey: () => account.key,
      setTimer: this.#timers.set,
      onWake: () => () => {},
      openSocket: (url) => {
        const link = world.connect("publisher", url, this);
        this.links.push(link);
        return link.socket;
      },
      openEvents: () => {
        throw new Error("A publisher has no use for events.");
      },
      fetch: () => Promise.reject(new TypeError("There is no HTTP here.")),
    };
    this.publisher = publish({
      url: "http://room.test",
      room: "tape",
      token: "token",
      format: tapeFormat,
      ...(model === undefined ? {} : { recognition: { model } }),
      takeover: takesOver,
      ports,
      onState: (state) => {
        if (this.#timers.isDead) return;
        world.note(`${account.id} is ${state.state}${state.state === "failed" ? ` (${state.code})` : ""}`);
        if (state.state === "connected") account.sessions.add(state.session);
        if (state.state === "finished") this.outcome = "finished";
        if (state.state === "failed") this.#failed(state.code);
      },
    });
  }

  get isRunning(): boolean {
    return this.outcome === "running" && !this.#timers.isDead;
  }

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  get link(): Link | undefined {
    return this.links.at(-1);
  }

  write(audio: Uint8Array): void {
    if (!this.isRunning) return;
    this.publisher.write(audio);
    this.account.written += audio.length / 2;
  }

  finish(): void {
    if (!this.isRunning) return;
    this.publisher.finish().catch(() => {});
  }

  /** The process is killed: nothing of it goes on, and what only it held is lost. */
  kill(how: Cut): void {
    if (this.#timers.isDead) return;
    this.#timers.kill();
    for (const link of this.links) link.clientDied(how);
    if (this.outcome === "running") this.#world.ledger.gone(this.account, "its publisher was killed");
  }

  close(): void {
    this.publisher.close();
  }

  #failed(code: string): void {
    this.outcome = "failed";
    const { ledger } = this.#world;
    const contested = ledger.accounts.length > 1 && ["publisher_present", "session_ended"].includes(code);
    const refused = this.#world.isFatal && ["provider_refused", "session_ended"].includes(code);
    if (!contested && !refused) this.#world.violation(`${this.account.id} failed for no reason: ${code}`);
    ledger.gone(this.account, "its publisher was refused");
  }
}
