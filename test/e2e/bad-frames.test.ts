import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../shared/protocol.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { joinRoom, type Member } from "../support/member.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const room = "rough";
const goodStart = JSON.stringify({ type: "start", encoding: "linear16", sampleRate: 16_000, channels: 1 });
const fiveMegabytes = 5 * 1024 * 1024;

const byPublishers: [string, (string | Uint8Array<ArrayBuffer>)[], number, string][] = [
  ["no JSON", ["{what"], 4500, "bad_message"],
  ["JSON of an unknown type", ['{"type":"launch"}'], 4500, "bad_message"],
  ["a start in an unknown encoding", [goodStart.replace("linear16", "vinyl")], 4500, "bad_message"],
  ["a start at an impossible rate", [goodStart.replace("16000", "-1")], 4500, "bad_message"],
  ["a start with an unknown field", [goodStart.replace("{", '{"admin":true,')], 4500, "bad_message"],
  ["audio before a start", [new Uint8Array(3_200)], 4500, "not_started"],
  ["5 MB of audio at once", [goodStart, new Uint8Array(fiveMegabytes)], 4513, "too_large"],
  ["5 MB of text", ["x".repeat(fiveMegabytes)], 4513, "too_large"],
];

const byViewers: [string, string | Uint8Array<ArrayBuffer>, number, string][] = [
  ["no JSON", "\u0000", 4500, "bad_message"],
  ["a publisher's start", goodStart, 4500, "bad_message"],
  ["audio", new Uint8Array(3_200), 4503, "not_publisher"],
  ["5 MB of text", "x".repeat(fiveMegabytes), 4513, "too_large"],
];

describe("a frame that is wrong ends its sender and harms nobody else", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.close());

  const join = async (role: Role): Promise<Member> => {
    const scope = role === "viewer" ? "captions:view" : "captions:publish";
    return joinRoom({ url: stack.url, room, role, token: await stack.token({ scopes: [scope], room }) });
  };

  it.each(byPublishers)("from a publisher: %s", async (_, messages, closeCode, code) => {
    const member = await join("publisher");
    for (const message of messages) member.send(message);
    expect((await member.closed()).code).toBe(closeCode);
    expect(member.frames.at(-1)).toMatchObject({ type: "error", code, retry: false });
  });

  it("from viewers, while the room captions speech", async () => {
    const spoken = await speech(stack, "Nothing that strangers send can stop these captions.");
    const viewer = await watch(stack, room);
    const publisher = await startPublisher(stack, room, spoken);
    const saying = say(publisher, spoken);
    for (const [what, message, closeCode, code] of byViewers) {
      const member = await join("viewer");
      member.send(message);
      expect((await member.closed()).code, what).toBe(closeCode);
      expect(member.frames.at(-1), what).toMatchObject({ type: "error", code, retry: false });
    }
    const { segments } = await reaches(viewer, await saying);
    expect(textOf(segments)).toMatch(/captions/i);
    expect(viewer.link.state).toBe("open");
    expect(viewer.frames.filter(({ type }) => type === "snapshot")).toHaveLength(1);
    viewer.close();
  });
});
