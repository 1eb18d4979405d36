// Loaded into `partykit dev` before anything else. It listens on every address of the machine, its debugger too, and has no
// option for another; here nobody but this machine has any business with it. (partykit 0.0.115, which starts workerd by
// `spawn` with the address among the arguments, and the servers beside it by `listen`.)
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Server } from "node:net";

const everywhere = new Set<unknown>(["0.0.0.0", "::", "*"]);
const here = "127.0.0.1";

const { spawn } = childProcess;
Object.assign(childProcess, {
  spawn: (...args: unknown[]) =>
    Reflect.apply(
      spawn,
      childProcess,
      args.map((arg) => (Array.isArray(arg) ? arg.map(narrowed) : arg)),
    ),
});

const { listen } = Server.prototype;
Object.assign(Server.prototype, {
  listen(this: Server, ...args: unknown[]) {
    const [port, host, ...rest] = args;
    if (typeof port !== "number") return Reflect.apply(listen, this, args);
    const named = typeof host === "string" ? [host, ...rest] : [here, ...args.slice(1)];
    return Reflect.apply(listen, this, [port, everywhere.has(named[0]) ? here : named[0], ...named.slice(1)]);
  },
});

syncBuiltinESMExports();

function narrowed(word: unknown): unknown {
  if (typeof word !== "string" || !word.startsWith("--socket-addr=")) return word;
  return word.replace(/=(?:0\.0\.0\.0|\*):(\d+)$/, `=${here}:$1`);
}
