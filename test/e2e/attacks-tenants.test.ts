import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopes } from "../../shared/claims.ts";
import { eventually } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import { finish, publishTo, speakInto } from "../support/attacks-speech.ts";
import { knock, publisherRefusal, refusalOf, speakPath } from "../support/doors.ts";

const room = "shared-name";
const CaptionsSchema = v.object({
  segments: v.array(v.object({ id: v.string(), session: v.string(), text: v.string() })),
});

describe("another tenant's token", () => {
  let attacked: Attacked;
  let segment: { id: string; session: string; text: string };

  beforeAll(async () => {
    attacked = await Attacked.start();
    attacked.provider.words = attacked.secret(`the words of acme ${randomUUID()}`);
    await attacked.makeRoom(room, { language: "en", public: true });
    const publisher = await publishTo(attacked, room);
    speakInto(publisher, 1);
    await finish(publisher);
    const [first] = await captionsOf(await attacked.token({ scopes: ["captions:view"], room }));
    if (first === undefined) throw new Error("Nothing was said.");
    segment = first;
  });
  afterAll(() => attacked?.close());

  async function captionsOf(credential: string, path = `/v1/rooms/${room}/captions`) {
    const { text } = await attacked.ask(path, { credential });
    return v.parse(CaptionsSchema, JSON.parse(text)).segments;
  }

  const foreign = (name = room) => attacked.token({ scopes: [...scopes], room: name }, attacked.keys.other);

  it("does not know of the room", async () => {
    const credential = await foreign();
    for (const path of [
      "",
      "/captions",
      "/captions.vtt",
      `/captions?before=${segment.id}`,
      "/stats",
      "/stats/events",
      "/reports",
      `/reports/${segment.session}`,
      `/reports/${segment.session}.html`,
    ]) {
      for (const query of ["", "tenant=acme"]) {
        const joint = path.includes("?") ? "&" : "?";
        const { status, code, text } = await attacked.ask(`/v1/rooms/${room}${path}${joint}${query}`, {
          credential,
        });
        expect([path, status, code]).toEqual([path, 404, "not_found"]);
        expect(text).not.toContain("acme");
      }
    }
  });

  it("edits, purges and sets nothing of it", async () => {
    const before = await attacked.roomState(room);
    const credential = await foreign();
    const path = `/v1/rooms/${room}`;
    const edited = await attacked.ask(`${path}/captions/${segment.id}?tenant=acme`, {
      method: "PATCH",
      credential,
      body: { text: "Changed." },
    });
    expect([edited.status, edited.code]).toEqual([404, "not_found"]);
    const purged = await attacked.ask(`${path}?tenant=acme`, { method: "DELETE", credential });
    expect([purged.status, purged.code]).toEqual([404, "not_found"]);
    // This makes a room of its own, which has the same name.
    const put = await attacked.ask(`${path}?tenant=acme`, {
      method: "PUT",
      credential,
      body: { language: "fr" },
    });
    expect(put.status).toBe(200);
    const again = await attacked.ask(`${path}/captions/${segment.id}`, {
      method: "PATCH",
      credential,
      body: { text: "Changed." },
    });
    expect([again.status, again.code]).toEqual([404, "not_found"]);
    expect(await attacked.roomState(room)).toEqual(before);
    const view = await attacked.token({ scopes: ["captions:view"], room });
    expect((await captionsOf(view)).map(({ text }) => text)).toContain(segment.text);
  });

  it("sees and publishes in a room of its own, which has the same name", async () => {
    const before = await attacked.roomState(room);
    const ours = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    const [first] = [await ours.frame("snapshot")];
    const token = await foreign();
    const theirs = await knock(attacked.url, room, { token, query: { tenant: "acme" } });
    expect(await theirs.frame("snapshot")).toMatchObject({ segments: [] });
    expect((await theirs.frame("snapshot")).epoch).not.toBe(first.epoch);
    const events = await fetch(`${attacked.url}/v1/rooms/${room}/events?tenant=acme`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const told = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('"snapshot"')) text += (await told?.read())?.value ?? "";
    expect(text).toContain('"segments":[]');
    await told?.cancel();
    const publisher = await publishTo(attacked, room, { token });
    speakInto(publisher, 1);
    await finish(publisher);
    await eventually(
      "their own captions",
      () => JSON.stringify(theirs.frames),
      (frames) => frames.includes(attacked.provider.words),
    );
    expect(ours.frames.filter(({ type }) => type === "delta")).toEqual([]);
    ours.close();
    theirs.close();
    await eventually(
      "the viewer has left",
      () => attacked.roomState(room),
      (state) => "viewers" in state && state.viewers === 0,
    );
    expect(await attacked.roomState(room)).toEqual(before);
  });

  it("does not go on with a session whose id and key it has learned", async () => {
    const key = "k".repeat(32);
    const publisher = await publishTo(attacked, room, { start: { key } });
    const thief = await knock(attacked.url, room, { role: "publisher", token: await foreign() });
    const start = { type: "start", encoding: "linear16", sampleRate: 8_000, channels: 1, key };
    thief.send(JSON.stringify({ ...start, session: publisher.session }));
    expect(await thief.frame("error")).toMatchObject({ code: "session_ended" });
    await thief.closed();
    expect(publisher.closeCode).toBeNull();
    await finish(publisher);
  });

  it("does not keep a viewer in by `auth`, nor reads on by it", async () => {
    const viewer = await knock(attacked.url, room, {
      token: await attacked.token({ scopes: ["captions:view"], room }),
    });
    await viewer.frame("snapshot");
    viewer.send(JSON.stringify({ type: "auth", token: await foreign() }));
    expect(await viewer.frame("error")).toMatchObject({ code: "room_forbidden" });
    expect(await viewer.closed()).toBe(4503);
    expect(viewer.of("renewed")).toEqual([]);
  });

  it.each<[string, () => Promise<object>]>([
    ["all", async () => ({ all: true })],
    ["the room", async () => ({ room })],
  ])("revokes nothing of the other's: %s", async (_, target) => {
    const token = await attacked.token({ scopes: ["captions:view", "speak"], room });
    const viewer = await knock(attacked.url, room, { token });
    await viewer.frame("snapshot");
    expect((await attacked.revoke(await target(), attacked.keys.other)).status).toBe(200);
    expect((await attacked.ask(`/v1/rooms/${room}/captions`, { credential: token })).status).toBe(200);
    const spoken = { method: "POST", credential: token, body: { text: "Still good." } };
    expect((await attacked.ask(speakPath, spoken)).status).toBe(200);
    expect(viewer.closeCode).toBeNull();
    viewer.close();
  });

  it("revokes no token of the other's by its id", async () => {
    const { token, id } = await attacked.minted({ scopes: ["captions:view", "speak"], room });
    expect((await attacked.revoke({ token: id }, attacked.keys.other)).status).toBe(200);
    expect((await attacked.ask(`/v1/rooms/${room}/captions`, { credential: token })).status).toBe(200);
    const spoken = { method: "POST", credential: token, body: { text: "Still good." } };
    expect((await attacked.ask(speakPath, spoken)).status).toBe(200);
  });

  it("reads no report of what the other has had spoken", async () => {
    const credential = await attacked.token({ scopes: ["speak"] });
    const text = attacked.secret(`Said for acme alone ${randomUUID()}.`);
    const { headers } = await attacked.ask(speakPath, { method: "POST", credential, body: { text } });
    const id = headers.get("x-request-id");
    const own = await eventually(
      "the report",
      () => attacked.ask(`/v1/speak/${id}`, { credential }),
      ({ status }) => status === 200,
    );
    expect(JSON.parse(own.text)).toMatchObject({ requestId: id });
    const theirs = await attacked.ask(`/v1/speak/${id}?tenant=acme`, { credential: await foreign() });
    const unknown = await attacked.ask(`/v1/speak/${randomUUID()}`, { credential: await foreign() });
    expect([theirs.status, theirs.code]).toEqual([404, "NOT_FOUND"]);
    expect([unknown.status, unknown.code]).toEqual([theirs.status, theirs.code]);
  });

  it("spends no ticket of the other's, though both are for rooms of one name", async () => {
    const ticket = await attacked.token(
      { scopes: ["captions:view"], room, singleUse: true },
      attacked.keys.other,
    );
    expect(
      await refusalOf(await knock(attacked.url, room, { ticket, query: { tenant: "acme" } })),
    ).toBeNull();
    expect(await refusalOf(await knock(attacked.url, room, { ticket, query: { tenant: "acme" } }))).toBe(
      "ticket_used",
    );
  });

  it("anybody comes to a public room of the tenant that is named, and of no other", async () => {
    expect(await refusalOf(await knock(attacked.url, room, { query: { tenant: "acme" } }))).toBeNull();
    for (const tenant of ["other", "small", "nobody", "acme/shared-name", "../acme", "ACME", ""]) {
      expect(await refusalOf(await knock(attacked.url, room, { query: { tenant } }))).toBe("unauthenticated");
    }
    expect(await refusalOf(await knock(attacked.url, room))).toBe("unauthenticated");
    const publisher = await knock(attacked.url, room, { role: "publisher", query: { tenant: "acme" } });
    expect(await publisherRefusal(publisher)).toBe("unauthenticated");
  });

  it("leaves nothing of itself in the log", () => {
    expect(attacked.leaked()).toEqual([]);
  });
});
