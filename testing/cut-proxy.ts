import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";
import { localUrl } from "./local-url.ts";

/**
 * A wire that can be cut: TCP on 127.0.0.1, in front of an engine or a Worker. It knows nothing of what passes, and so
 * breaks WebSockets, upgrades under way and plain requests alike.
 */
export type CutProxy = {
  /** Use it in place of the target's own. */
  readonly url: string;
  /** Connections that came in so far, those that were turned away included. */
  readonly connections: number;
  /** Breaks every connection: `reset` as a crash or a firewall does, `end` as a process that leaves in order. */
  cut(how: "reset" | "end"): void;
  /** Resets every connection, and new ones as soon as they are made, until `heal`. */
  refuse(): void;
  /** Resets every connection, and answers whatever is asked on new ones with this HTTP status, until `heal`. */
  answer(status: number): void;
  /** Lets connections be made and nothing pass, in either direction, until `heal`. What was sent meanwhile passes then. */
  stall(): void;
  /** Those who are connected now hear nothing for ever and are not told so; new connections pass. */
  strand(): void;
  heal(): void;
  /** Resets what is open and listens no more. */
  close(): Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket; state: "passing" | "stalled" | "stranded" };

type Mode = "passing" | "refusing" | "stalled" | { readonly status: number };

/** @param target where it leads; asked at each connection, when it is a function */
export async function startCutProxy(target: string | (() => string)): Promise<CutProxy> {
  const pairs = new Set<Pair>();
  let mode: Mode = "passing";
  let connections = 0;

  const reset = (pair: Pair): void => {
    pairs.delete(pair);
    pair.near.resetAndDestroy();
    pair.far.resetAndDestroy();
  };

  // Half open, so that each side's end is passed on by itself.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    connections++;
    near.on("error", () => {}); // its close follows and says enough
    if (mode === "refusing") {
      near.resetAndDestroy();
      return;
    }
    if (typeof mode === "object") {
      refuseWith(near, mode.status);
      return;
    }
    const { hostname, port } = new URL(typeof target === "string" ? target : target());
    const far = dial({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    far.on("error", () => {});
    const pair: Pair = { near, far, state: mode };
    pairs.add(pair);
    for (const side of [near, far]) {
      side.once("close", (failed) => {
        // What breaks while nothing passes is not heard of on the other side; `heal` finds it.
        if (failed && pair.state === "passing") reset(pair);
        if (near.closed && far.closed) pairs.delete(pair);
      });
    }
    if (pair.state === "passing") join(pair);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: localUrl(server),
    get connections() {
      return connections;
    },
    cut(how) {
      for (const pair of [...pairs]) {
        if (how === "reset") reset(pair);
        else for (const side of [pair.near, pair.far]) side.end();
      }
    },
    refuse() {
      mode = "refusing";
      for (const pair of [...pairs]) reset(pair);
    },
    answer(status) {
      mode = { status };
      for (const pair of [...pairs]) reset(pair);
    },
    stall() {
      mode = "stalled";
      for (const pair of pairs) part(pair, "stalled");
    },
    strand() {
      for (const pair of pairs) part(pair, "stranded");
    },
    heal() {
      mode = "passing";
      for (const pair of [...pairs]) {
        if (pair.state !== "stalled") continue;
        pair.state = "passing";
        if (pair.near.destroyed || pair.far.destroyed) reset(pair);
        else join(pair);
      }
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const pair of [...pairs]) reset(pair);
      await closed;
    },
  };
}

/** Once the request has begun, for an answer to none would be no answer to it. */
function refuseWith(near: Socket, status: number): void {
  near.once("data", () => {
    near.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    // The rest of the request is read, or the answer would be lost in a reset.
    near.resume();
  });
}

function join({ near, far }: Pair): void {
  near.pipe(far);
  far.pipe(near);
}

/** Unread, the data waits in the system's buffers, which are bounded and in the end hold the sender back. */
function part(pair: Pair, state: "stalled" | "stranded"): void {
  if (pair.state === "stranded") return;
  pair.state = state;
  pair.near.unpipe(pair.far).pause();
  pair.far.unpipe(pair.near).pause();
}
