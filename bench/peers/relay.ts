import * as v from "valibot";
import { WebSocket } from "ws";
import type { Handler } from "../load/control.ts";

const BeginSchema = v.object({ upstream: v.string() });

/** The commands of a contestant that hands on every message of the provider as it is. */
export function relay(handOn: (text: string) => void): Record<"/begin" | "/end", Handler> {
  let upstream: WebSocket | null = null;
  return {
    "/begin": async (body) => {
      const socket = new WebSocket(v.parse(BeginSchema, body).upstream, { perMessageDeflate: false });
      upstream = socket;
      socket.on("message", (data) => handOn(String(data)));
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    },
    "/end": () => {
      upstream?.close();
      upstream = null;
    },
  };
}
