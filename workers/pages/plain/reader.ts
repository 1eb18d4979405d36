import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import * as v from "valibot";
import { roomPaths } from "../../../party/paths.ts";
import {
  anonymousPass,
  passOf,
  requireRoom,
  requireScope,
  requireSingleUse,
} from "../../../party/tokens/grant.ts";
import { type Audience, checkToken, mintToken } from "../../../party/tokens/jwt.ts";
import { CaptionwireError, ruleOf } from "../../../shared/errors.ts";
import { limits } from "../../../shared/limits.ts";
import { type RoomDescription, RoomDescriptionSchema } from "../../../shared/protocol.ts";
import type { App } from "../../http/app.ts";
import { ownOrigin } from "../../http/origin.ts";
import { type AskableRoom, roomFor } from "../../rooms/object.ts";
import { anybody, onlyTenant, tenantAsked, type Visitor } from "../../rooms/visitor.ts";
import { countUse, requireGrant } from "../../tokens/credentials.ts";
import { isLocalPage, localTenant } from "../../tokens/local.ts";

const audience: Audience = "captionwire plain page";
/** Of one tenant's room, so that a link of another tenant's to a room of the same name takes nothing away. */
const cookieOf = (tenant: string) => `reader-${tenant}`;

/** A room that is open to the reader of a page; `null`: nothing has happened in it yet. */
export type OpenedRoom = { readonly room: AskableRoom; readonly description: RoomDescription } | null;

/**
 * The room, for whoever may read it: with the cookie of this page, on a laptop, or as anybody where the room is public.
 * Throws the first reason why not, that of the cookie before the others.
 */
export async function openForReader(c: Context<App>, room: string): Promise<OpenedRoom> {
  let refusal: CaptionwireError | null = null;
  for (const visitorOf of [byCookie, asLocal, anybody]) {
    try {
      const visitor = await visitorOf(c, room);
      if (visitor !== null) return await open(c, visitor, room);
    } catch (error) {
      // Whoever has no right by one way may have it by the next; whatever else went wrong would go wrong again.
      if (!(error instanceof CaptionwireError) || ruleOf(error.code).status !== 401) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new CaptionwireError("unauthenticated");
}

async function open(c: Context<App>, visitor: Visitor, name: string): Promise<OpenedRoom> {
  const room = roomFor(c, visitor, name);
  try {
    const answer = await room.ask(roomPaths.state);
    return { room, description: v.parse(RoomDescriptionSchema, await answer.json()) };
  } catch (error) {
    // Whoever reads makes no room. One that is private to somebody else is told apart from none by nobody.
    if (error instanceof CaptionwireError && error.code === "not_found") return null;
    throw error;
  }
}

async function byCookie(c: Context<App>, room: string): Promise<Visitor | null> {
  const tenant = tenantAsked(c);
  if (tenant === null) return null;
  const name = cookieOf(tenant);
  const cookie = isSecure(c) ? getCookie(c, name, "secure") : getCookie(c, name);
  if (cookie === undefined) return null;
  const grant = await checkToken(cookie, c.var.config.signingKeys, audience);
  // A cookie's name is not signed.
  if (grant.tenant !== tenant) throw new CaptionwireError("token_invalid");
  requireScope(grant, "captions:view");
  requireRoom(grant, room);
  await countUse(c, grant);
  return { tenant: grant.tenant, scopes: grant.scopes, pass: passOf(grant, ownOrigin(c)) };
}

/** The browser says that the reader typed the address, or came from a page of ours. */
function asLocal(c: Context<App>): Visitor | null {
  if (!isLocalPage(c, ["none", "same-origin"])) return null;
  const pass = { ...anonymousPass(ownOrigin(c)), tokenId: crypto.randomUUID() };
  return { tenant: localTenant(c), scopes: ["captions:view"], pass };
}

/**
 * Spends a single-use token and gives this browser a cookie in its place, good for two hours, for this page of this room
 * alone: it has another audience than tokens for the interface, which reads no cookie anyway. It keeps the ticket's id, so
 * that a revocation of the ticket ends it too. Throws what is wrong with the ticket, which is spent only if nothing is.
 *
 * @returns whose room it is, for the address; `null`: that is no question here
 */
export async function exchangeTicket(c: Context<App>, room: string, ticket: string): Promise<string | null> {
  // A navigation names no origin; the page it leads to is one of our own.
  const origin = ownOrigin(c);
  const grant = await requireGrant(c, ticket, { scope: "captions:view", room }, origin);
  await countUse(c, grant);
  requireSingleUse(grant);
  const visitor = { tenant: grant.tenant, scopes: grant.scopes, pass: passOf(grant, origin) };
  // Before the ticket is spent: what is issued later would outlive a revocation that comes in between.
  const { token } = await mintToken(
    { scopes: ["captions:view"], room, ttl: limits.tokenMaxSeconds },
    grant.tenant,
    c.var.config.signingKeys,
    { audience, id: grant.id },
  );
  await roomFor(c, visitor, room).ask(roomPaths.ticket, { method: "POST" });
  setCookie(c, cookieOf(grant.tenant), token, {
    path: `/plain/${room}`,
    httpOnly: true,
    // "Strict" would be left out where a link in a mail on the web is followed, and there it is needed most. The cookie
    // lets its bearer read a page and do nothing, so a navigation that somebody else has begun does no harm.
    sameSite: "Lax",
    // No `Max-Age`: a browser that still sends it when the token in it has ended can be told so.
    ...(isSecure(c) ? { secure: true, prefix: "secure" as const } : {}),
  });
  return onlyTenant(c) === grant.tenant ? null : grant.tenant;
}

function isSecure(c: Context<App>): boolean {
  return new URL(c.req.url).protocol === "https:";
}
