import { describe, expect, it } from "vitest";
import { Upstream } from "../../../party/room/upstream/upstream.ts";
import { ScriptedWorld } from "../../support/scripted-room.ts";

const format = { encoding: "linear16", sampleRate: 1_000, channels: 1 } as const;

/** An upstream whose open socket has fallen so far behind that it is left; `gone` tells that the provider has seen it. */
async function leavingUpstream() {
  const world = new ScriptedWorld();
  const gone: (() => void)[] = [];
  const ports = {
    ...world.ports,
    dial: (...[request, listener]: Parameters<typeof world.ports.dial>) => {
      const socket = world.ports.dial(request, listener);
      const abandon = (seen?: () => void) => {
        socket.abandon();
        if (seen !== undefined) gone.push(seen);
      };
      return { ...socket, abandon };
    },
  };
  const nothing = () => {};
  const upstream = new Upstream(
    ports,
    { format, recognition: {}, covered: 0, earliest: 0 },
    {
      read: (from, to) => new Uint8Array((to - from) * 2),
      newest: () => ({ from: 0, audio: new Uint8Array(0) }),
      heard: nothing,
      gap: nothing,
      owe: nothing,
      changed: nothing,
      link: nothing,
      sent: nothing,
      ended: nothing,
      failed: nothing,
    },
  );
  upstream.start();
  await world.upstream.open();
  upstream.audio(0, 10_000);
  expect(world.upstream.abandoned).toBe(true);
  return { world, upstream, gone };
}

describe("a socket that is left", () => {
  it("is followed by another once the provider has seen it close, and sent nothing meanwhile", async () => {
    const { world, upstream, gone } = await leavingUpstream();
    const before = world.upstream.sent.length;
    upstream.audio(0, 10_200);
    await world.time.advance(900);
    expect(world.dialled).toHaveLength(1);
    for (const seen of gone) seen();
    expect(world.dialled).toHaveLength(2);
    expect(world.dialled[0]?.sent).toHaveLength(before);
  });

  it("is given up after a second, and not followed twice when its close is seen at last", async () => {
    const { world, gone } = await leavingUpstream();
    await world.time.advance(1_000);
    expect(world.dialled).toHaveLength(2);
    for (const seen of gone) seen();
    await world.time.advance(1_000);
    expect(world.dialled).toHaveLength(2);
  });

  it("is followed by none when nobody listens any more", async () => {
    const { world, upstream, gone } = await leavingUpstream();
    upstream.dispose();
    for (const seen of gone) seen();
    await world.time.advance(2_000);
    expect(world.dialled).toHaveLength(1);
    expect(world.time.pending).toBe(0);
  });
});
