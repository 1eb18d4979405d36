import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { Member } from "../../party/callers.ts";
import { memberHeader } from "../../party/paths.ts";
import { requireScope, requireSingleUse } from "../../party/tokens/grant.ts";
import type { Scope } from "../../shared/claims.ts";
import { CaptionwireError, errorFrame, errorTable } from "../../shared/errors.ts";
import { positionIn, putPosition } from "../../shared/position.ts";
import { type Role, roles, subprotocol } from "../../shared/protocol.ts";
import type { App } from "../http/app.ts";
import { authorizationSecret, subprotocolSecret } from "../tokens/credentials.ts";
import { refusalIn, roomName, roomObject } from "./object.ts";
import { visitorOf } from "./visitor.ts";

/** `GET /parties/captions/{room}`: checks who comes as what, then hands the socket to the room's Durable Object. */
export const socket = new Hono<App>();

const scopeOf: Record<Role, Scope> = { viewer: "captions:view", publisher: "captions:publish" };

socket.get("/parties/captions/:room", async (c) => {
  const { raw } = c.req;
  const upgrade = raw.headers.get("upgrade")?.toLowerCase() === "websocket";
  try {
    const room = roomName(c);
    const role = c.req.query("role") ?? "viewer";
    if (!v.is(v.picklist(roles), role))
      throw new CaptionwireError("bad_request", "role is viewer or publisher.");
    const takeover = c.req.query("takeover");
    if (takeover !== undefined && (takeover !== "1" || role !== "publisher"))
      throw new CaptionwireError("bad_request", "takeover=1 is for role=publisher.");
    const visitor = await visitorOf(c, secretOf(c), { scope: scopeOf[role], room });
    if (c.req.query("ticket") !== undefined) requireSingleUse(visitor.pass);
    if (takeover !== undefined) requireScope(visitor, "rooms:admin");
    if (!upgrade) throw new CaptionwireError("upgrade_required");
    // The room hears who comes and from where in its transcript, and nothing else of the request: no token, and no
    // `_pk`, by which a stranger could choose the id of its connection.
    const url = new URL("https://room/");
    putPosition(url.searchParams, positionIn(new URL(c.req.url).searchParams));
    const headers = new Headers({ upgrade: "websocket" });
    if (offersProtocol(raw.headers)) headers.set("sec-websocket-protocol", subprotocol);
    const member: Member = {
      role,
      pass: visitor.pass,
      ...(takeover === undefined ? {} : { takeover: true }),
      ...(c.req.query("probe") === "1" ? { probe: true } : {}),
    };
    headers.set(memberHeader, JSON.stringify(member));
    const answer = await roomObject(c, visitor, room).fetch(url.href, { headers });
    if (answer.status !== 101) throw await refusalIn(answer);
    return answer;
  } catch (error) {
    if (upgrade && error instanceof CaptionwireError) return refuse(error, raw.headers);
    throw error;
  }
});

/** From the header, the subprotocols, or the address. */
function secretOf(c: Context<App>): string | null {
  const { headers } = c.req.raw;
  return authorizationSecret(headers) ?? subprotocolSecret(headers) ?? c.req.query("ticket") ?? null;
}

/** A browser cannot read a refused upgrade: the socket is opened, told why, and closed with the code. */
function refuse({ code, message }: CaptionwireError, headers: Headers): Response {
  const pair = new WebSocketPair();
  pair[1].accept();
  pair[1].send(JSON.stringify(errorFrame(code, message)));
  pair[1].close(errorTable[code].close, code);
  return new Response(null, {
    status: 101,
    webSocket: pair[0],
    headers: offersProtocol(headers) ? { "sec-websocket-protocol": subprotocol } : undefined,
  });
}

function offersProtocol(headers: Headers): boolean {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((entry) => entry.trim() === subprotocol);
}
