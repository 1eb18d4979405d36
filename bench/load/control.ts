// How the processes of a benchmark are told what to do: JSON over HTTP, on a port of their own.

import { createServer, type IncomingMessage, type Server } from "node:http";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { localUrl } from "../../testing/local-url.ts";

/** Of one command: what it takes is its own to check, what it answers goes out as JSON. */
export type Handler = (body: unknown) => unknown;

/** The settings that `startChild` hands over on the first line; and the end when that line's other end is gone. */
export async function readSettings<const S extends v.GenericSchema>(
  schema: S,
  end: () => void = () => process.exit(0),
): Promise<v.InferOutput<S>> {
  const lines = createInterface({ input: process.stdin });
  const first = await lines[Symbol.asyncIterator]().next();
  if (first.done === true) process.exit(1);
  // The parent's end of this pipe closes when the parent ends, even by SIGKILL.
  lines.once("close", end);
  return v.parse(schema, JSON.parse(first.value));
}

/** Serves the commands, and is also the server whose upgrades a process may take. Not ready before `announce`. */
export function controlServer(handlers: Readonly<Record<string, Handler>>): Server {
  return createServer(async (request, response) => {
    try {
      const path = request.url ?? "";
      const handler = Object.hasOwn(handlers, path) ? handlers[path] : undefined;
      if (handler === undefined) {
        response.writeHead(404).end();
        return;
      }
      const answer = await handler(await bodyOf(request));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer ?? {}));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.stack : "failed");
    }
  });
}

export async function announce(server: Server): Promise<string> {
  const url = await listen(server);
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
  return url;
}

/** On a free port of this machine's own. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
      resolve(localUrl(server));
    });
  });
}

/** Tells another process what to do and reads what it answers. */
export async function tell<const S extends v.GenericSchema>(
  url: string,
  body: unknown,
  schema: S,
): Promise<v.InferOutput<S>> {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(120_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return v.parse(schema, JSON.parse(text));
}

export const Nothing = v.object({});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString());
}
