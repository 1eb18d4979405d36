import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { App } from "../../http/app.ts";
import { withPageHeaders } from "../headers.ts";
import type { Html } from "./page.ts";

/** The page as it goes to the browser: nobody else's, and never kept. */
export async function served(
  c: Context<App>,
  content: Html,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  c.header("cache-control", "private, no-store");
  // Of who reads it; and browsers that do not know of content policies are to put it into no frame either.
  c.header("vary", "cookie");
  c.header("x-frame-options", "DENY");
  return withPageHeaders(await c.html(content, status), new URL(c.req.url));
}
