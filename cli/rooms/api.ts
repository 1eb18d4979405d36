import * as v from "valibot";
import { roomStates, SessionSchema } from "../../shared/captions.ts";
import { QualityReportSchema, ReportEntrySchema } from "../../shared/quality-report.ts";
import { type RoomSettings, RoomSettingsSchema } from "../../shared/settings.ts";
import { RoomStatsSchema } from "../../shared/stats.ts";
import { type Access, request } from "../access.ts";
import { readJson } from "../api.ts";

const RoomsSchema = v.object({ rooms: v.array(v.object({ room: v.string() })) });
export const RoomSchema = v.object({
  room: v.string(),
  settings: RoomSettingsSchema,
  state: v.picklist(roomStates),
  session: v.nullable(SessionSchema),
  epoch: v.string(),
  version: v.number(),
  viewers: v.number(),
});
export type RoomNow = Readonly<v.InferOutput<typeof RoomSchema>>;
const ReportsSchema = v.object({ reports: v.array(ReportEntrySchema) });

const admin = (room: string) => ({ scopes: ["rooms:admin" as const], room });

/** Names of the tenant's rooms. */
export async function listRooms(access: Access): Promise<readonly string[]> {
  const answer = await request(access, { scopes: ["rooms:admin"] }, "/v1/rooms");
  return (await readJson(answer, RoomsSchema)).rooms.map(({ room }) => room);
}

export async function showRoom(access: Access, room: string): Promise<RoomNow> {
  return readJson(await request(access, admin(room), `/v1/rooms/${room}`), RoomSchema);
}

/** Replaces all settings, and answers how the room stands then. */
export async function putSettings(access: Access, room: string, settings: RoomSettings): Promise<RoomNow> {
  const answer = await request(access, admin(room), `/v1/rooms/${room}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(settings),
  });
  return readJson(answer, RoomSchema);
}

/** Deletes the transcript, and the room with it when it has no settings and nobody is in it. */
export async function deleteRoom(access: Access, room: string): Promise<void> {
  await request(access, admin(room), `/v1/rooms/${room}`, { method: "DELETE" });
}

export async function roomStats(
  access: Access,
  room: string,
): Promise<v.InferOutput<typeof RoomStatsSchema>> {
  return readJson(await request(access, admin(room), `/v1/rooms/${room}/stats`), RoomStatsSchema);
}

/** Sessions there are reports of, the newest first. */
export async function listReports(
  access: Access,
  room: string,
): Promise<v.InferOutput<typeof ReportsSchema>["reports"]> {
  const answer = await request(access, admin(room), `/v1/rooms/${room}/reports`);
  return (await readJson(answer, ReportsSchema)).reports;
}

export async function readReport(
  access: Access,
  room: string,
  session: string,
): Promise<v.InferOutput<typeof QualityReportSchema>> {
  return readJson(await request(access, admin(room), reportPath(room, session)), QualityReportSchema);
}

/** The same report as a page of its own. */
export async function readReportPage(access: Access, room: string, session: string): Promise<string> {
  return (await request(access, admin(room), `${reportPath(room, session)}.html`)).text();
}

function reportPath(room: string, session: string): string {
  return `/v1/rooms/${room}/reports/${encodeURIComponent(session)}`;
}

export const exportFormats = ["vtt", "srt", "txt", "json"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The transcript as a file's text. */
export async function exportRoom(access: Access, room: string, format: ExportFormat): Promise<string> {
  const needed = { scopes: ["captions:view" as const], room };
  return (await request(access, needed, `/v1/rooms/${room}/captions.${format}`)).text();
}
