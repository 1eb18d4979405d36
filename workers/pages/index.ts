import { type Context, Hono, type Next } from "hono";
import type { App } from "../http/app.ts";
import { withPageHeaders } from "./headers.ts";
import { plainPage } from "./plain/index.ts";

/** The pages. A room's name is part of the address, so `/watch/demo` and `/overlay/demo` are one file each. */
export const pages = new Hono<App>();

pages.route("/", plainPage);
for (const page of ["studio", "watch", "overlay", "speak", "stats"]) {
  pages.get(`/${page}/:room?`, (c, next) => file(c, next, new URL(`/${page}/`, c.req.url)));
}
pages.get("/api", (c, next) => file(c, next, new URL("/api/", c.req.url)));
// Under /v1 there are no files: an address that is not there is told so as an error of the interface.
pages.get("*", (c, next) => (c.req.path.startsWith("/v1/") ? next() : file(c, next, c.req.raw)));

async function file(c: Context<App>, next: Next, asked: URL | Request): Promise<Response | undefined> {
  const answer = await c.env.ASSETS.fetch(asked);
  if (answer.status !== 404) return withPageHeaders(answer, new URL(c.req.url));
  await answer.body?.cancel();
  await next();
  return undefined;
}
