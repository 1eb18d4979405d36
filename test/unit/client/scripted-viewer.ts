import {
  type Captions,
  type Link,
  type SubscribeOptions,
  subscribe,
  type TokenSource,
} from "../../../client/index.ts";
import type { SnapshotFrame } from "../../../shared/protocol.ts";
import { settle } from "../../support/virtual-time.ts";
import { segment, snapshot } from "./frames.ts";
import { scene } from "./scripted-socket.ts";

/** A viewer in scripted surroundings: nothing it reaches for is real. */
export async function viewer(
  token: TokenSource = () => "t",
  random?: number,
  options: Partial<SubscribeOptions> = {},
) {
  const stage = scene(random);
  const links: Link[] = [];
  const seen: Captions[] = [];
  const subscription = subscribe({
    url: "http://captions.test",
    room: "demo",
    token,
    ports: stage.ports,
    onLink: (link) => links.push(link),
    onChange: (captions) => seen.push(captions),
    ...options,
  });
  await settle();
  return { ...stage, subscription, links, seen };
}

export async function openViewer(
  token?: TokenSource,
  random?: number,
  first: SnapshotFrame = snapshot(3, [segment("a")]),
  options?: Partial<SubscribeOptions>,
) {
  const opened = await viewer(token, random, options);
  await opened.socket().open();
  await opened.socket().say(first);
  return opened;
}
