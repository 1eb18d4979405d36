// Nchan: nginx hands on what this process posts to it. Both count as the contestant's processes.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { announce, controlServer, readSettings } from "../load/control.ts";
import { relay } from "./relay.ts";

const SettingsSchema = v.object({
  nginx: v.string(),
  module: v.string(),
  folder: v.string(),
});
const { nginx, module, folder } = await readSettings(SettingsSchema, () => child.kill());
const port = await freePort();
mkdirSync(folder, { recursive: true });
const config = join(folder, "nginx.conf");
writeFileSync(
  config,
  `load_module ${module};
daemon off;
master_process on;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 15000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location /publish { nchan_publisher; nchan_channel_id captions; nchan_message_buffer_length 1; }
    location /captions { nchan_subscriber websocket; nchan_channel_id captions; nchan_subscriber_first_message newest; }
  }
}
`,
);
const child: ChildProcess = spawn(nginx, ["-c", config, "-p", folder], {
  stdio: ["ignore", "ignore", "inherit"],
});
child.once("exit", (code) => process.exit(code ?? 0));

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const server = controlServer({
  ...relay((text) => {
    const post = request({ host: "127.0.0.1", port, path: "/publish", method: "POST", agent }, (answer) => {
      answer.resume();
    });
    post.on("error", (error) => process.stderr.write(`${error.message}\n`));
    post.end(text);
  }),
  "/where": () => ({ url: `http://127.0.0.1:${port}` }),
});
while (!(await answers())) await sleep(20);
await announce(server);

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const free = address !== null && typeof address !== "string" ? address.port : 0;
      probe.close(() => resolve(free));
    });
  });
}
