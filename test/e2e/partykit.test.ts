import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "../../cli/stack/alive.ts";
import { align, countEdits } from "../../cli/wer/align.ts";
import { normalise } from "../../cli/wer/normalise.ts";
import { eventually, within } from "../../testing/wait.ts";
import { type Command, captionwire } from "../support/command.ts";
import { knock } from "../support/doors.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const text = "The sun rises over the old harbour. Small boats come home with the morning tide.";
/** A tiny recogniser on a synthetic voice: this catches a broken path, not a weak model. */
const worstWer = 0.35;

describe("rooms in PartyKit, behind the edge Worker", () => {
  let stack: TestStack;
  const room = "harbour";
  beforeAll(async () => {
    stack = await startStack(undefined, "partykit");
  });
  afterAll(() => stack?.close());

  const ask = async (path: string, init: RequestInit = {}, credential?: string): Promise<Response> => {
    const token = credential ?? (await stack.token({ scopes: ["rooms:admin", "captions:view"] }));
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return fetch(`${stack.url}${path}`, { ...init, headers });
  };

  it("speech becomes captions, for who watches, who comes late, and who takes them away", async () => {
    const spoken = await speech(stack, text);
    const viewer = await watch(stack, room);
    const publisher = await startPublisher(stack, room, spoken);
    const version = await say(publisher, spoken);
    const { segments } = await reaches(viewer, version);
    const reference = normalise(text);
    const words = normalise(textOf(segments));
    expect(countEdits(align(reference, words)) / reference.length).toBeLessThan(worstWer);
    expect(words.at(-1)).toBe("tide");
    const late = await watch(stack, room);
    expect(late.captions.segments).toEqual(segments);
    viewer.close();
    late.close();

    const vtt = await ask(`/v1/rooms/${room}/captions.vtt`);
    expect(vtt.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    const file = await vtt.text();
    expect(file).toMatch(/^WEBVTT\n/);
    expect(file).toContain("tide");
  });

  it("keeps what was said over a restart of the Worker", async () => {
    await stack.restartWorker();
    const answer = await ask(`/v1/rooms/${room}/captions.txt`);
    expect(await answer.text()).toContain("tide");
  });

  it("is on the tenant's list, and gone from it when it is deleted", async () => {
    const listed = async (): Promise<unknown> => (await ask("/v1/rooms")).json();
    expect(await listed()).toEqual({ rooms: [{ room }], next: null });
    // Who has left may be on the way out still.
    await eventually(
      "everybody has left",
      async () => v.parse(v.object({ viewers: v.number() }), await (await ask(`/v1/rooms/${room}`)).json()),
      ({ viewers }) => viewers === 0,
    );
    expect((await ask(`/v1/rooms/${room}`, { method: "DELETE" })).status).toBe(204);
    await eventually("the list is empty", listed, (seen) => JSON.stringify(seen).includes('"rooms":[]'));
    expect((await ask(`/v1/rooms/${room}`)).status).toBe(404);
  });

  it("closes who is in with a token that is revoked, and lets it in no more", async () => {
    const token = await stack.token({ scopes: ["captions:view"], room: "other", ttl: 600 });
    const viewer = await knock(stack.url, "other", { token });
    await viewer.frame("snapshot");
    const revoked = await ask(
      "/v1/revocations",
      { method: "POST", body: JSON.stringify({ room: "other" }) },
      stack.apiKey,
    );
    expect([revoked.status, await revoked.json()]).toMatchObject([200, { rooms: 1, pending: 0 }]);
    expect(await viewer.frame("error")).toMatchObject({ code: "token_revoked" });
    expect(await viewer.closed()).toBe(4501);
    expect((await ask("/v1/rooms/other/captions", {}, token)).status).toBe(401);
  });

  it("nobody but this machine reaches PartyKit, and nobody reads a secret among the processes", async () => {
    const port = Number(new URL(stack.roomsUrl ?? "").port);
    const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const outside = others.filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of outside) expect(await connects(address, port)).toBe(false);
    expect(await connects("127.0.0.1", port)).toBe(true);
    const secrets = readFileSync(join(stack.folder, "secrets.json"), "utf8");
    const { tokenSecret } = v.parse(v.object({ tokenSecret: v.string() }), JSON.parse(secrets));
    expect(execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })).not.toContain(tokenSecret);
    expect(statSync(join(stack.folder, "partykit", ".env.local")).mode & 0o077).toBe(0);
    expect(readFileSync(join(stack.folder, "logs", "rooms.log"), "utf8")).not.toContain(tokenSecret);
  });
});

describe("captionwire start --rooms partykit", () => {
  let folder: string;
  let command: Command | null = null;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "captionwire-partykit-"));
  });
  afterEach(async () => {
    command?.child.kill("SIGTERM");
    await command?.code;
    rmSync(folder, { recursive: true, force: true });
  });
  const begun = (...words: string[]): Command => {
    command = captionwire(["start", "--rooms", "partykit", "--port", "0", "--folder", folder, ...words]);
    return command;
  };
  const started = () =>
    eventually("it has started", () => existsSync(join(folder, "local.json")), Boolean, 90_000);

  it("gives the demo as ever, and ends all that it has started", async () => {
    const command = begun();
    await eventually(
      "the demo is over",
      () => command.stdout,
      (out) => /words/.test(out) && out.includes("Rooms"),
      100_000,
    );
    command.interrupt();
    expect(await within("the command ends", command.code)).toBe(0);
    expect(running(folder)).toEqual([]);
  }, 150_000);

  it("says so when PartyKit ends by itself", async () => {
    const command = begun("--no-demo");
    await started();
    const [partykit] = running(join(folder, "partykit", "state"));
    const runtime = childrenOf(partykit);
    expect(runtime.length).toBeGreaterThan(0);
    process.kill(partykit ?? 0, "SIGKILL");
    expect(await within("the command ends", command.code)).toBe(1);
    expect(command.stderr).toContain("The rooms' host (PartyKit) ended by itself");
    expect(command.stderr).toContain(join(folder, "logs", "rooms.log"));
    expect(running(folder)).toEqual([]);
    await eventually(
      "its runtime is gone",
      () => runtime.filter(isAlive),
      ({ length }) => length === 0,
    );
  }, 120_000);
});

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function childrenOf(pid: number | undefined): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

/** Processes with this among their words. */
function running(word: string): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" }).trim().split("\n");
  return lines.filter((line) => line.includes(word)).map((line) => Number.parseInt(line, 10));
}
