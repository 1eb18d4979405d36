import { Hono } from "hono";
import type { App } from "../../http/app.ts";
import { isOnlyLooking, notYet } from "../../http/only-looking.ts";
import { roomName } from "../../rooms/object.ts";
import { addressOf, askedIn } from "./asked.ts";
import { captionsFor, nothingYet } from "./captions.ts";
import { clockOf } from "./clock.ts";
import { page } from "./page.ts";
import { exchangeTicket, openForReader } from "./reader.ts";
import { served } from "./served.ts";

/**
 * `GET /plain/{room}`: the captions as a page of text, for braille displays, screen readers and browsers of any age. It is
 * whole without script. A `?ticket=` is exchanged for a cookie and taken out of the address at once.
 */
export const plainPage = new Hono<App>();

plainPage.get("/plain/:room", async (c) => {
  const room = roomName(c);
  const url = new URL(c.req.url);
  const asked = askedIn(room, url.searchParams);
  const ticket = url.searchParams.get("ticket");
  if (ticket !== null) {
    if (isOnlyLooking(c)) return notYet();
    const tenant = await exchangeTicket(c, room, ticket);
    c.header("cache-control", "private, no-store");
    return c.redirect(addressOf({ ...asked, tenant }), 303);
  }
  const opened = await openForReader(c, room);
  const { part, status } = opened === null ? nothingYet : await captionsFor(opened.room, asked);
  const clock = clockOf(c.req.raw.cf?.timezone);
  const language = tagOf(opened?.description.settings.language);
  return served(c, page({ asked, part, status, language, clock }));
});

export function isPlainPage(path: string): boolean {
  return path.startsWith("/plain/");
}

/** A room's setting may be a word of the provider's, such as `multi`, which is no language. */
function tagOf(language = "en"): string | null {
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language) ? language : null;
}
