import { Hono } from "hono";
import { digestOf, isHeld } from "../../party/tags.ts";
import type { App } from "../http/app.ts";
import { ownOrigin } from "../http/origin.ts";
import { describeInterface } from "./document.ts";

/**
 * `GET /openapi.json`: the interface, described by the schemas that the code itself reads and writes by. Made when it is first
 * asked for, once an isolate.
 */
export const openapi = new Hono<App>();

type Text = { readonly origin: string; readonly text: string; readonly etag: string };

let description: object | null = null;
/** At the address it was asked for last: most services have one. */
let written: Text | null = null;

openapi.get("/openapi.json", async (c) => {
  const { text, etag } = await textAt(ownOrigin(c));
  const headers = {
    etag,
    // A deployment changes it, and nothing else.
    "cache-control": "public, max-age=300",
    // It is everybody's to read: generators of clients are pages, too.
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag",
  };
  if (isHeld(etag, c.req.raw.headers)) return c.body(null, 304, headers);
  return c.body(text, 200, { ...headers, "content-type": "application/json" });
});

async function textAt(origin: string): Promise<Text> {
  if (written?.origin === origin) return written;
  description ??= describeInterface();
  const text = JSON.stringify({ ...description, servers: [{ url: origin }] });
  written = { origin, text, etag: `"${await digestOf(text)}"` };
  return written;
}
