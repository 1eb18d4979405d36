// Portkey's gateway as its package starts it, in production and without its page of logs.
import { once } from "node:events";
import { Server } from "node:net";
import * as v from "valibot";
import { readSettings } from "../load/control.ts";

const AddressSchema = v.object({ port: v.number() });

await readSettings(v.object({}));
process.env.NODE_ENV = "production";
process.argv.push("--headless", "--port=0");

// It would listen on every interface, on a port that it does not tell.
const { listen } = Server.prototype;
const listening = new Promise<number>((resolve) => {
  Object.defineProperty(Server.prototype, "listen", {
    value(this: Server): Server {
      void once(this, "listening").then(() => resolve(v.parse(AddressSchema, this.address()).port));
      Reflect.apply(listen, this, [{ port: 0, host: "127.0.0.1" }]);
      return this;
    },
  });
});
const gateway = "../node_modules/@portkey-ai/gateway/build/start-server.js"; // not type-checked: it need not be installed
await import(gateway);
process.stdout.write(`\n${JSON.stringify({ ready: true, url: `http://127.0.0.1:${await listening}` })}\n`);
