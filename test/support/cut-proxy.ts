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
  /** Lets connections be made and nothing pass, in either direction, until `heal`. What was sent meanwhile passes then. */
  stall(): void;
  /** Those who are connected now hear nothing for ever and are not told so; new connections pass. */
  strand(): void;
  heal(): void;
  /** Resets what is open and listens no more. */
  close(): Promise<void>;
};

type Pair = { readonly near: Socket; readonly far: Socket; state: "passing" | "stalled" | "stranded" };

export async function startCutProxy(target: string): Promise<CutProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let mode: "passing" | "refusing" | "stalled" = "passing";
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
