import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as v from "valibot";
import { inRoot } from "../../cli/paths.ts";
import { type Child, startChild } from "../../cli/stack/child.ts";
import type { Contestant } from "../load/contestant.ts";
import { Nothing, tell } from "../load/control.ts";
import { named, treeOf } from "../load/proc.ts";
import type { ScriptedProvider } from "../load/provider.ts";
import type { Target } from "../load/target.ts";
import { peerVersion } from "./import-peer.ts";

export type Surroundings = { readonly folder: string; readonly provider: ScriptedProvider };

/** A bare Durable Object on the same runtime. */
export async function startBareObject(around: Surroundings): Promise<Contestant> {
  const child = await startPeer("bare object", "bare", { script: "bare-object.mjs" }, around);
  const pids = named(child.pid, "workerd");
  return relaying("bare object", child, { dialect: "plain", url: webSocketUrl(child.url) }, pids, around);
}

export async function startWs(around: Surroundings): Promise<Contestant> {
  const child = await startPeer("ws", "ws", {}, around);
  const url = `${webSocketUrl(child.url)}/captions`;
  return relaying("ws", child, { dialect: "plain", url }, [child.pid], around);
}

/** `npm ci --prefix bench` installs it. */
export function hasSocketIo(): boolean {
  return peerVersion("socket.io") !== null;
}

export async function startSocketIo(around: Surroundings): Promise<Contestant> {
  const child = await startPeer("Socket.IO", "socket-io", {}, around);
  const target: Target = { dialect: "socket.io", url: webSocketUrl(child.url) };
  return relaying("Socket.IO", child, target, [child.pid], around);
}

export type Nchan = { readonly nginx: string; readonly module: string };

export async function startNchan(around: Surroundings, found: Nchan): Promise<Contestant> {
  const settings = { ...found, folder: join(around.folder, "nginx") };
  const child = await startPeer("Nchan", "nchan", settings, around);
  const { url } = await tell(`${child.url}/where`, {}, v.object({ url: v.string() }));
  const target: Target = { dialect: "plain", url: `${webSocketUrl(url)}/captions` };
  return relaying("Nchan", child, target, treeOf(child.pid), around);
}

/** Where Debian puts nginx and the module, unless the environment names other places. */
export function findNchan(): Nchan | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  const nginx = process.env.NGINX_BINARY ?? folders.map((folder) => join(folder, "nginx")).find(existsSync);
  const module = process.env.NCHAN_MODULE ?? "/usr/lib/nginx/modules/ngx_nchan_module.so";
  return nginx !== undefined && existsSync(nginx) && existsSync(module) ? { nginx, module } : null;
}

/** `file` is that of its process, and of its log. */
export function startPeer(
  name: string,
  file: string,
  settings: object,
  { folder }: Pick<Surroundings, "folder">,
): Promise<Child> {
  return startChild({
    name,
    script: inRoot(`bench/peers/${file}-process.ts`),
    settings,
    logFile: join(folder, `${file}.log`),
    readyWithinMs: 30_000,
  });
}

function relaying(
  name: string,
  child: Child,
  target: Target,
  pids: readonly number[],
  { provider }: Surroundings,
): Contestant {
  return {
    name,
    target,
    pids: () => pids,
    async begin() {
      await tell(`${child.url}/begin`, { upstream: provider.relayUrl }, Nothing);
    },
    async end() {
      await tell(`${child.url}/end`, {}, Nothing);
    },
    close: () => child.stop(),
  };
}

function webSocketUrl(url: string): string {
  return url.replace("http", "ws");
}
