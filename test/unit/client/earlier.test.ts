import { describe, expect, it } from "vitest";
import type { Captions } from "../../../client/index.ts";
import { CaptionwireError, errorFrame } from "../../../shared/errors.ts";
import { settle } from "../../support/virtual-time.ts";
import { delta, segment, snapshot } from "./frames.ts";
import type { ScriptedRequest } from "./scripted-socket.ts";
import { openViewer } from "./scripted-viewer.ts";

const ids = ({ segments }: Captions): string[] => segments.map(({ id }) => id);
const newest = snapshot(9, [segment("d", 3000), segment("e", 4000)], { hasEarlier: true });
const earlyPart = { segments: [segment("b", 1000), segment("c", 2000)], hasEarlier: true };

async function limitedViewer() {
  const opened = await openViewer(undefined, 0.5, newest);
  /** The request for the next part, once it was made. */
  async function asked(): Promise<ScriptedRequest> {
    await settle();
    const request = opened.requests.at(-1);
    if (request === undefined) throw new Error("Nothing was asked.");
    return request;
  }
  return { ...opened, asked };
}

describe("earlier captions", () => {
  it("are asked for before the first segment held, and come before it", async () => {
    const { subscription, asked, requests } = await limitedViewer();
    const first = subscription.earlier();
    const request = await asked();
    expect(request.url.href).toBe("http://captions.test/v1/rooms/demo/captions?before=d&limit=200");
    expect(request.headers).toEqual({ authorization: "Bearer t" });
    request.answer(200, earlyPart);
    expect(ids(await first)).toEqual(["b", "c", "d", "e"]);
    expect(await first).toBe(subscription.captions);

    const second = subscription.earlier();
    const next = await asked();
    expect(next.url.searchParams.get("before")).toBe("b");
    next.answer(200, { segments: [segment("a", 0)], hasEarlier: false });
    expect(ids(await second)).toEqual(["a", "b", "c", "d", "e"]);
    expect(subscription.captions.hasEarlier).toBe(false);
    expect(await subscription.earlier()).toBe(subscription.captions);
    expect(requests).toHaveLength(2);
  });

  it("share one request among those who ask at the same time", async () => {
    const { subscription, asked, requests } = await limitedViewer();
    const asking = [subscription.earlier(), subscription.earlier()];
    (await asked()).answer(200, earlyPart);
    const [first, second] = await Promise.all(asking);
    expect(first).toBe(second);
    expect(requests).toHaveLength(1);
  });

  it("move the boundary: from then on changes of that part are shown", async () => {
    const { subscription, socket, asked } = await limitedViewer();
    const asking = subscription.earlier();
    (await asked()).answer(200, earlyPart);
    await asking;
    await socket().say(
      delta(9, 10, [segment("a", 0), segment("c", 2000, { text: "better" }), segment("bb", 1500)]),
    );
    expect(ids(subscription.captions)).toEqual(["b", "bb", "c", "d", "e"]);
    expect(subscription.captions.segments[2]?.text).toBe("better");
  });

  it("are as new as the frames that came while they were fetched", async () => {
    const { subscription, socket, asked } = await limitedViewer();
    const asking = subscription.earlier();
    const request = await asked();
    const better = segment("c", 2000, { text: "better", version: 10 });
    await socket().say(delta(9, 10, [better], { removed: ["b"] }));
    request.answer(200, { ...earlyPart, segments: [segment("a", 0), ...earlyPart.segments] });
    expect(ids(await asking)).toEqual(["a", "c", "d", "e"]);
    expect(subscription.captions.segments[1]?.text).toBe("better");
  });

  it("are left out when the room began anew meanwhile", async () => {
    const { subscription, socket, asked } = await limitedViewer();
    const asking = subscription.earlier();
    const request = await asked();
    await socket().say(snapshot(1, [segment("z")], { epoch: "e2", reason: "epoch" }));
    request.answer(200, earlyPart);
    expect(ids(await asking)).toEqual(["z"]);
  });

  it.each([
    [
      "the room's refusal",
      (it: ScriptedRequest) => it.answer(403, errorFrame("scope_missing")),
      "scope_missing",
    ],
    ["a network that fails", (it: ScriptedRequest) => it.fail(), "internal"],
    [
      "an answer that makes no sense",
      (it: ScriptedRequest) => it.answer(200, { segments: "no" }),
      "internal",
    ],
    ["a proxy's refusal", (it: ScriptedRequest) => it.answer(502, "Bad gateway"), "internal"],
  ])("reject with a code after %s, and may be asked for again", async (_, respond, code) => {
    const { subscription, time, asked } = await limitedViewer();
    const timers = time.pending;
    const failing = subscription.earlier();
    const request = await asked();
    const failure = expect(failing).rejects.toMatchObject({ name: "CaptionwireError", code });
    respond(request);
    await failure;
    expect(time.pending).toBe(timers);
    const again = subscription.earlier();
    (await asked()).answer(200, earlyPart);
    expect(ids(await again)).toEqual(["b", "c", "d", "e"]);
  });

  it("are given up when nobody answers", async () => {
    const { subscription, socket, time, asked } = await limitedViewer();
    const failing = expect(subscription.earlier()).rejects.toBeInstanceOf(CaptionwireError);
    const request = await asked();
    await time.advance(9_999);
    expect(request.signal.aborted).toBe(false);
    await time.advance(1);
    await failing;
    expect(request.signal.aborted).toBe(true);
    expect(socket().closedWith).toBeNull();
  });

  it("are given up with the subscription", async () => {
    const { subscription, time, asked } = await limitedViewer();
    const failing = expect(subscription.earlier()).rejects.toMatchObject({ code: "session_ended" });
    const request = await asked();
    subscription.close();
    await failing;
    expect(request.signal.aborted).toBe(true);
    expect(time.pending).toBe(0);
    await expect(subscription.earlier()).rejects.toMatchObject({ code: "session_ended" });
  });

  it("are joined to what is held, however little of it is to be kept", async () => {
    const options = { keepSegments: 1 };
    const opened = await openViewer(undefined, 0.5, newest, options);
    const asking = opened.subscription.earlier();
    await settle();
    for (const [index, id] of ["f", "g", "h"].entries()) {
      await opened.socket().say(delta(9 + index, 10 + index, [segment(id, 5000 + 1000 * index)]));
    }
    opened.requests.at(-1)?.answer(200, earlyPart);
    expect(ids(await asking)).toEqual(["b", "c", "d", "e", "f", "g", "h"]);
    await opened.socket().say(delta(12, 13, [segment("i", 8000)]));
    expect(ids(opened.subscription.captions)).toEqual(["i"]);
    expect(opened.subscription.captions.hasEarlier).toBe(true);
  });
});
