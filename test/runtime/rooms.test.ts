import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { recognitionProblem } from "../../shared/settings.ts";
import { finals, Member, request, seconds, start, tokenFor } from "../support/runtime-client.ts";

let rooms = 0;
const newRoom = () => `resource-${++rooms}`;

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

async function ask(method: string, room: string, token: string | null, body?: unknown): Promise<Answer> {
  const response = await request(`/v1/rooms/${room}`, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

const admin = (room: string) => tokenFor(["rooms:admin"], room);
const isType = (type: string) => (frame: Readonly<Record<string, unknown>>) => frame.type === type;

async function viewerOf(room: string, query = ""): Promise<Member> {
  const viewer = await Member.join(room, await tokenFor(["captions:view"], room), query);
  await viewer.until("a first frame", ({ type }) => type === "snapshot" || type === "delta");
  return viewer;
}

async function publish(room: string, first: object): Promise<Member> {
  const publisher = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
  publisher.send(first);
  return publisher;
}

describe("PUT and GET /v1/rooms/{room}", () => {
  it("keep settings, told to administrators alone, and state, told to viewers too", async () => {
    const room = newRoom();
    const settings = { language: "en", keyterms: ["Captionwire"], retentionHours: 12 };
    const state = { room, state: "idle", session: null, version: 0, viewers: 0 };
    const put = await ask("PUT", room, await admin(room), settings);
    expect(put).toMatchObject({ status: 200, body: { ...state, settings } });
    expect(await ask("GET", room, await admin(room))).toEqual(put);

    const viewer = await viewerOf(room);
    const { epoch } = await viewer.until("a snapshot", isType("snapshot"));
    const seen = await ask("GET", room, await tokenFor(["captions:view"], room));
    expect(seen).toEqual({ status: 200, body: { ...state, epoch, viewers: 1 } });
  });

  it("keep settings across the object's death, and replace them as a whole", async () => {
    const room = newRoom();
    await ask("PUT", room, await admin(room), { language: "de", diarize: true });
    await abortAllDurableObjects();
    expect(await ask("GET", room, await admin(room))).toMatchObject({
      body: { settings: { language: "de", diarize: true } },
    });
    await ask("PUT", room, await admin(room), { language: "fr" });
    expect((await ask("GET", room, await admin(room))).body.settings).toEqual({ language: "fr" });
  });

  it("let the settings reach the provider, and a start override them for its session", async () => {
    const room = newRoom();
    await ask("PUT", room, await admin(room), { language: "xx-400" });
    const refused = await publish(room, start);
    expect(await refused.until("error", isType("error"))).toMatchObject({ code: "provider_refused" });
    await refused.end();

    const publisher = await publish(room, { ...start, language: "en" });
    const { session } = await publisher.until("ready", isType("ready"));
    publisher.send(seconds(1));
    await publisher.until("ack", isType("ack"));
    const { body } = await ask("GET", room, await admin(room));
    expect(body).toMatchObject({ settings: { language: "xx-400" }, state: "live", session: { id: session } });
  });

  it("refuse what cannot be understood or would be refused by the provider, naming it", async () => {
    const room = newRoom();
    const token = await admin(room);
    const combination = { model: "flux-general-en", language: "de" };
    const problem = recognitionProblem(combination, null);
    expect(problem).not.toBeNull();
    for (const [body, word] of [
      [undefined, "JSON"],
      ["{", "JSON"],
      [[], "JSON"],
      [{ language: "en&model=other" }, "language"],
      [{ keyterms: ["ok", ""] }, "keyterms.1"],
      [{ retentionHours: 0 }, "retentionHours"],
      [{ unheardOf: 1 }, "unheardOf"],
      [combination, problem],
    ] as const) {
      const { status, body: answer } = await ask("PUT", room, token, body);
      expect(answer).toMatchObject({
        code: "bad_request",
        retry: false,
        message: expect.stringContaining(`${word}`),
      });
      expect(status).toBe(400);
    }
    const huge = await ask("PUT", room, token, {
      keyterms: Array.from({ length: 300 }, () => "x".repeat(99)),
    });
    expect(huge).toMatchObject({ status: 413, body: { code: "too_large" } });
    // Nothing of it has made a room, nor does asking for it.
    for (const _again of [1, 2]) {
      expect(await ask("GET", room, token)).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
  });

  it("are for who may", async () => {
    const room = newRoom();
    const view = await tokenFor(["captions:view", "captions:publish", "captions:edit", "speak"], room);
    const other = await tokenFor(["rooms:admin", "captions:view"], "another-room");
    for (const [method, token, status, code] of [
      ["PUT", view, 403, "scope_missing"],
      ["DELETE", view, 403, "scope_missing"],
      ["GET", await tokenFor(["captions:publish"], room), 403, "scope_missing"],
      ["PUT", other, 403, "room_forbidden"],
      ["GET", other, 403, "room_forbidden"],
      ["DELETE", other, 403, "room_forbidden"],
      ["PUT", null, 401, "unauthenticated"],
      ["GET", null, 401, "unauthenticated"],
      ["DELETE", "rubbish", 401, "token_invalid"],
    ] as const) {
      const body = method === "PUT" ? {} : undefined;
      expect(await ask(method, room, token, body)).toMatchObject({ status, body: { code } });
    }
    expect(await ask("GET", "Not-A-Room", await tokenFor(["captions:view"]))).toMatchObject({
      status: 400,
      body: { code: "room_name_invalid" },
    });
  });

  it("tell nothing of how a room failed", async () => {
    const room = newRoom();
    const token = await admin(room);
    await ask("PUT", room, token, {});
    await abortAllDurableObjects();
    const stub = env.CAPTIONS.getByName(`tests/${room}`);
    await runInDurableObject(stub, (_object: DurableObject, { storage }) => {
      storage.sql.exec("UPDATE room SET session = ?", "{broken");
    });
    const answer = await ask("GET", room, token);
    expect(answer).toMatchObject({ status: 500, body: { code: "internal", retry: true } });
    expect(JSON.stringify(answer)).not.toMatch(/ at |Error|broken/);
  });
});

describe("DELETE /v1/rooms/{room}", () => {
  it("leaves nothing of the transcript, under a new epoch, for those who watch and those who come back", async () => {
    const room = newRoom();
    const publisher = await publish(room, start);
    await publisher.until("ready", isType("ready"));
    publisher.send(seconds(2));
    publisher.send({ type: "finish" });
    await publisher.end();
    const watching = await viewerOf(room);
    const before = await watching.until("a snapshot", isType("snapshot"));
    expect(finals(watching)).toEqual(["w0.", "w1."]);

    expect(await ask("DELETE", room, await admin(room))).toEqual({ status: 204, body: {} });
    const after = await ask("GET", room, await admin(room));
    expect(after.body).toMatchObject({ version: 0, session: null });
    expect(after.body.epoch).not.toBe(before.epoch);

    await watching.until(
      "the empty room",
      ({ type, epoch }) => type === "snapshot" && epoch === after.body.epoch,
    );

    const returned = await viewerOf(room, `?epoch=${String(before.epoch)}&version=${String(before.version)}`);
    expect(await returned.until("a snapshot", isType("snapshot"))).toMatchObject({
      reason: "epoch",
      epoch: after.body.epoch,
      segments: [],
    });
    await abortAllDurableObjects();
    expect((await ask("GET", room, await admin(room))).body).toMatchObject({
      epoch: after.body.epoch,
      version: 0,
    });
  });
});
