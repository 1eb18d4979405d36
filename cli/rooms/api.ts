import type * as v from "valibot";
import type { TokenRequest } from "../../shared/claims.ts";
import { QualityReportSchema, ReportListSchema } from "../../shared/quality-report.ts";
import { type RoomAnswer, RoomAnswerSchema, RoomListSchema } from "../../shared/rooms.ts";
import type { RoomSettings } from "../../shared/settings.ts";
import { RoomStatsSchema } from "../../shared/stats.ts";
import { type Access, request } from "../access.ts";
import { RefusedError, readJson } from "../api.ts";
import { UserError } from "../errors.ts";

class NoRoomError extends UserError {}

/** Asks a room; `path` is what follows its name. */
async function inRoom(
  access: Access,
  room: string,
  needed: TokenRequest,
  path: string,
  missing = `There is no room "${room}" at ${access.url}, or nothing in it yet.`,
  init: { readonly method?: "DELETE" } = {},
): Promise<Response> {
  try {
    return await request(access, needed, `/v1/rooms/${room}${path}`, init);
  } catch (error) {
    if (error instanceof RefusedError && error.code === "not_found") throw new NoRoomError(missing);
    throw error;
  }
}

const admin = (room: string): TokenRequest => ({ scopes: ["rooms:admin"], room });

/** Names of the tenant's rooms, however many there are. */
export async function listRooms(access: Access): Promise<readonly string[]> {
  const names: string[] = [];
  let after = "";
  for (;;) {
    const answer = await request(access, { scopes: ["rooms:admin"] }, `/v1/rooms${after}`);
    const { rooms, next } = await readJson(answer, RoomListSchema);
    names.push(...rooms.map(({ room }) => room));
    if (next === null) return names;
    after = `?after=${encodeURIComponent(next)}`;
  }
}

/** How a room stands. */
export async function showRoom(access: Access, room: string): Promise<RoomAnswer> {
  return readJson(await inRoom(access, room, admin(room), ""), RoomAnswerSchema);
}

/** A room's settings; none for a room that does not exist yet. */
export async function settingsOf(access: Access, room: string): Promise<RoomSettings> {
  try {
    const { settings } = await showRoom(access, room);
    if (settings !== undefined) return settings;
    throw new UserError("The token may not see the room's settings: it lacks the scope rooms:admin.");
  } catch (error) {
    if (error instanceof NoRoomError) return {};
    throw error;
  }
}

/** Replaces all settings, and answers how the room stands then. */
export async function putSettings(access: Access, room: string, settings: RoomSettings): Promise<RoomAnswer> {
  const answer = await request(access, admin(room), `/v1/rooms/${room}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(settings),
  });
  return readJson(answer, RoomAnswerSchema);
}

/** Deletes the transcript, and the room with it when it has no settings and nobody is in it. */
export async function deleteRoom(access: Access, room: string): Promise<void> {
  const missing = `There is no room "${room}" at ${access.url}.`;
  await inRoom(access, room, admin(room), "", missing, { method: "DELETE" });
}

export async function roomStats(
  access: Access,
  room: string,
): Promise<v.InferOutput<typeof RoomStatsSchema>> {
  return readJson(await inRoom(access, room, { scopes: ["rooms:stats"], room }, "/stats"), RoomStatsSchema);
}

/** Sessions there are reports of, the newest first. */
export async function listReports(
  access: Access,
  room: string,
): Promise<v.InferOutput<typeof ReportListSchema>["reports"]> {
  const answer = await inRoom(access, room, { scopes: ["rooms:stats"], room }, "/reports");
  return (await readJson(answer, ReportListSchema)).reports;
}

export async function readReport(
  access: Access,
  room: string,
  session: string,
): Promise<v.InferOutput<typeof QualityReportSchema>> {
  return readJson(await askReport(access, room, session, ""), QualityReportSchema);
}

/** The same report as a page of its own. */
export async function readReportPage(access: Access, room: string, session: string): Promise<string> {
  return (await askReport(access, room, session, ".html")).text();
}

function askReport(access: Access, room: string, session: string, ending: ".html" | ""): Promise<Response> {
  const path = `/reports/${encodeURIComponent(session)}${ending}`;
  const missing = `Room "${room}" has no report of this session. Those there are: captionwire report ${room} --list`;
  return inRoom(access, room, { scopes: ["rooms:stats"], room }, path, missing);
}

export const exportFormats = ["vtt", "srt", "txt", "json"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The transcript as a file's text. */
export async function exportRoom(access: Access, room: string, format: ExportFormat): Promise<string> {
  const needed = { scopes: ["captions:view" as const], room };
  return (await inRoom(access, room, needed, `/captions.${format}`)).text();
}
