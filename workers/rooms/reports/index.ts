import { type Context, Hono } from "hono";
import * as v from "valibot";
import { roomPaths } from "../../../party/paths.ts";
import { requireSingleUse } from "../../../party/tokens/grant.ts";
import { CaptionwireError } from "../../../shared/errors.ts";
import { type QualityReport, QualityReportSchema, ReportListSchema } from "../../../shared/quality-report.ts";
import type { App } from "../../http/app.ts";
import { isOnlyLooking, notYet } from "../../http/only-looking.ts";
import { ownOrigin, pageOrigin } from "../../http/origin.ts";
import { authorizationSecret } from "../../tokens/credentials.ts";
import { type AskableRoom, openRoom, roomFor, roomName } from "../object.ts";
import { observerScopes } from "../stats.ts";
import { visitorOf } from "../visitor.ts";
import { clockIn } from "./clock.ts";
import { documentPolicy, reportDocument } from "./document.ts";

/** How a room's sessions were captioned: the list of what is kept, and each as data or as a document to read. */
export const reports = new Hono<App>();

reports.get("/v1/rooms/:room/reports", async (c) => {
  const { ask } = await openRoom(c, observerScopes);
  const answer = await ask(roomPaths.reports);
  c.header("cache-control", "no-store");
  return c.json(v.parse(ReportListSchema, await answer.json()));
});

reports.get("/v1/rooms/:room/reports/:file{.+\\.html}", async (c) => {
  const session = c.req.param("file").slice(0, -".html".length);
  const ticket = c.req.query("ticket");
  if (ticket !== undefined && isOnlyLooking(c)) return notYet();
  // Before a ticket is spent for it.
  const clock = clockIn(c.req.query("tz") ?? "UTC");
  if (clock === null) throw new CaptionwireError("bad_request", "tz is a name such as Europe/Zurich.");
  const { room, ask } = ticket === undefined ? await openRoom(c, observerScopes) : await byTicket(c, ticket);
  const report = await reportOf(ask, session);
  c.header("cache-control", "private, no-store");
  c.header("content-security-policy", await documentPolicy());
  c.header("x-frame-options", "DENY");
  // By this name it is kept. Neither room nor session has a character that would have to be quoted.
  c.header("content-disposition", `inline; filename="${room}-${report.session.id}.html"`);
  return c.html(reportDocument({ room, report, clock }));
});

reports.get("/v1/rooms/:room/reports/:session", async (c) => {
  const { ask } = await openRoom(c, observerScopes);
  const report = await reportOf(ask, c.req.param("session"));
  c.header("cache-control", "no-store");
  return c.json(report);
});

async function reportOf(ask: AskableRoom["ask"], session: string): Promise<QualityReport> {
  const answer = await ask(`${roomPaths.reports}/${encodeURIComponent(session)}`);
  return v.parse(QualityReportSchema, await answer.json());
}

/** The room, for a browser that was led here by a link; the room itself spends the ticket when it is asked. */
async function byTicket(c: Context<App>, ticket: string): Promise<AskableRoom> {
  const room = roomName(c);
  // A navigation names no origin; the document is one of our own.
  const origin = pageOrigin(c) ?? ownOrigin(c);
  const secret = authorizationSecret(c.req.raw.headers) ?? ticket;
  const visitor = await visitorOf(c, secret, { scope: "rooms:stats", room }, origin);
  requireSingleUse(visitor.pass);
  return roomFor(c, visitor, room);
}
