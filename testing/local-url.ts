import type { AddressInfo } from "node:net";

/** Where a server that listens on 127.0.0.1 is to be found. Throws before it listens. */
export function localUrl(server: { address(): AddressInfo | string | null }): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}`;
}
