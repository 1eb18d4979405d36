import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemPorts } from "../../../client/system-ports.ts";
import { errorFrame } from "../../../shared/errors.ts";

type Told = { readonly messages: unknown[]; readonly code: number };

/** A stream from a real server, read to its end. */
async function read(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  handleMessage: (close: () => void) => void = () => {},
): Promise<Told> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers = { authorization: "Bearer t", "last-event-id": "e1.3" };
  const stream = systemPorts.openEvents(`http://127.0.0.1:${port}/`, headers);
  const messages: unknown[] = [];
  const closed = Promise.withResolvers<Told>();
  stream.addEventListener("message", ({ data }) => {
    messages.push(data);
    handleMessage(() => stream.close());
  });
  stream.addEventListener("close", ({ code }) => closed.resolve({ messages, code }));
  return await closed.promise;
}

function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
}

describe("events as a socket", () => {
  it("brings each event's data in order, and comments as signs of life", async () => {
    const told = await read((request, response) => {
      stream(response).write(`id: e1.3\ndata: ${JSON.stringify(request.headers["last-event-id"])}\n\n`);
      response.end(": still here\n\nid: e1.4\r\ndata: two\r\ndata: lines\r\n\r\n");
    });
    expect(told).toEqual({ messages: ['"e1.3"', "pong", "two\nlines"], code: 1000 });
  });

  it("puts together what arrives in pieces, letters too", async () => {
    const bytes = Buffer.from("data: où était le château\n\n");
    const told = await read((_, response) => {
      stream(response).flushHeaders();
      let at = 0;
      const next = (): void => {
        if (at === bytes.length) response.end();
        else response.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
    expect(told).toEqual({ messages: ["où était le château"], code: 1000 });
  });

  it("tells a broken stream from one that was ended, and drops what was cut off", async () => {
    const told = await read((_, response) => {
      stream(response).write("data: whole\n\ndata: ha", () => response.destroy());
    });
    expect(told).toEqual({ messages: ["whole"], code: 1006 });
  });

  it("brings a refusal as the error frame of a socket", async () => {
    const refusal = { code: "token_expired", message: "Fetch a new one.", retry: true, requestId: "r1" };
    const told = await read((_, response) => response.writeHead(401).end(JSON.stringify(refusal)));
    expect(told.code).toBe(1006);
    expect(told.messages.map((text) => JSON.parse(`${text}`))).toEqual([
      { type: "error", code: "token_expired", message: "Fetch a new one.", retry: true },
    ]);
  });

  it("does not take a room that is not there yet for the end", async () => {
    const refusal = JSON.stringify(errorFrame("not_found"));
    const told = await read((_, response) => response.writeHead(404).end(refusal));
    expect(told.messages.map((text) => JSON.parse(`${text}`))).toMatchObject([
      { code: "not_found", retry: true },
    ]);
  });

  it.each([
    [502, "text/html", "<h1>Bad gateway</h1>"],
    [200, "text/html", "data: a page for guests of this network\n\n"],
  ])("takes nothing from whatever else answers: %i %s", async (status, type, body) => {
    const told = await read((_, response) => response.writeHead(status, { "content-type": type }).end(body));
    expect(told).toEqual({ messages: [], code: 1006 });
  });

  it("can be given up, and lets go of the server", async () => {
    const gone = Promise.withResolvers<void>();
    const told = await read(
      (_, response) => {
        response.on("close", gone.resolve);
        stream(response).write("data: first\n\n");
      },
      (close) => close(),
    );
    await gone.promise;
    expect(told).toEqual({ messages: ["first"], code: 1006 });
  });
});
