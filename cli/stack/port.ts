import { createServer } from "node:net";
import { UserError } from "../errors.ts";

const host = "127.0.0.1";

/** Asks the system, before anything slow, whether the port can be had. Port 0 always can. */
export async function assertPortFree(port: number): Promise<void> {
  if (port === 0 || (await canListen(port))) return;
  const other = port < 65_535 ? port + 1 : port - 1;
  throw new UserError(
    `Port ${port} is in use, perhaps by another Captionwire. Stop that, or try: npm start -- --port ${other}`,
  );
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(new UserError(`Port ${port} cannot be used: ${error.message}. Try another with --port.`));
    });
    server.listen({ port, host }, () => server.close(() => resolve(true)));
  });
}

/** A port that nobody listens on, for a program that cannot be told to choose one and say which. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
