import { Hono } from "hono";
import type { App } from "../app.ts";

/** The pages. A room's name is part of the address, so `/watch/demo` and `/overlay/demo` are one file each. */
export const pages = new Hono<App>();

for (const page of ["studio", "watch", "overlay"]) {
  pages.get(`/${page}/:room?`, (c) => c.env.ASSETS.fetch(new URL(`/${page}/`, c.req.url)));
}
// Under /v1 there are no files: an address that is not there is told so as an error of the interface.
pages.get("*", (c, next) => (c.req.path.startsWith("/v1/") ? next() : c.env.ASSETS.fetch(c.req.raw)));
