import { describe, expect, it } from "vitest";
import { type Frame, finals, Member, seconds, start, tokenFor } from "../support/runtime-client.ts";

let rooms = 0;
const newRoom = () => `takeover-${++rooms}`;
const isType = (type: string) => (frame: Frame) => frame.type === type;
const isFinal = (text: string) => (frame: Frame) =>
  frame.type === "delta" && JSON.stringify(frame.put).includes(`"text":"${text}"`);

const publisherScopes = ["captions:publish"];
const takeoverScopes = ["captions:publish", "rooms:admin"];

async function publisherOf(room: string, scopes = publisherScopes, query = ""): Promise<Member> {
  return Member.join(room, await tokenFor(scopes, room), `?role=publisher${query}`);
}

async function refusal(member: Member): Promise<object> {
  const { code } = await member.until("error", isType("error"));
  return { code, close: (await member.end()).code };
}

/** A publisher whose first second is in the captions. */
async function onAir(room: string): Promise<Member> {
  const publisher = await publisherOf(room);
  publisher.send(start);
  await publisher.until("ready", isType("ready"));
  publisher.send(seconds(1));
  await publisher.until("ack", isType("ack"));
  return publisher;
}

describe("a takeover", () => {
  it("is for publishers whose token may administer the room", async () => {
    const room = newRoom();
    const takeover = "&takeover=1";
    const missing = { code: "scope_missing", close: 4503 };
    expect(await refusal(await publisherOf(room, publisherScopes, takeover))).toEqual(missing);
    expect(await refusal(await publisherOf(room, ["rooms:admin"], takeover))).toEqual(missing);
    const bad = { code: "bad_request", close: 4500 };
    expect(await refusal(await publisherOf(room, takeoverScopes, "&takeover=yes"))).toEqual(bad);
    const viewer = await Member.join(
      room,
      await tokenFor(["captions:view", "rooms:admin"], room),
      "?takeover=1",
    );
    expect(await refusal(viewer)).toEqual(bad);
  });

  it("ends the publisher there is; what that one said stays", async () => {
    const room = newRoom();
    const viewer = await Member.join(room, await tokenFor(["captions:view"], room));
    const first = await onAir(room);
    const { session } = await first.until("ready", isType("ready"));

    const second = await publisherOf(room, takeoverScopes, "&takeover=1");
    second.send(start);
    const ready = await second.until("ready", isType("ready"));
    expect(ready).toMatchObject({ resumeFrom: 0 });
    expect(ready.session).not.toBe(session);
    expect(await refusal(first)).toEqual({ code: "publisher_present", close: 4509 });

    second.send(seconds(2));
    await viewer.until("words of the second publisher", isFinal("w1."));
    expect(finals(viewer)).toEqual(["w0.", "w0.", "w1."]);
  });

  it("is nothing that happens by itself: another publisher is refused, and the first goes on", async () => {
    const room = newRoom();
    const viewer = await Member.join(room, await tokenFor(["captions:view"], room));
    const first = await onAir(room);
    const second = await publisherOf(room, takeoverScopes);
    second.send(start);
    expect(await refusal(second)).toEqual({ code: "publisher_present", close: 4509 });
    first.send(seconds(1));
    await viewer.until("more words of the first", isFinal("w1."));
  });

  it("needs nobody to be there", async () => {
    const publisher = await publisherOf(newRoom(), takeoverScopes, "&takeover=1");
    publisher.send(start);
    expect(await publisher.until("ready", isType("ready"))).toMatchObject({ resumeFrom: 0 });
  });
});
