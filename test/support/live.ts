import { playAtRealTime } from "../../cli/broadcast/pace.ts";
import {
  type Captions,
  type CaptionsFrame,
  type Publisher,
  type PublisherState,
  publish,
  type Recognition,
  type Segment,
  type Subscription,
  subscribe,
} from "../../client/index.ts";
import type { Speech } from "./speech.ts";
import type { TestStack } from "./stack.ts";
import { eventually, within } from "./wait.ts";

/** A viewer as an app would make one, with all it was told. */
export type Viewer = Subscription & { readonly frames: readonly CaptionsFrame[] };

export async function watch(stack: TestStack, room: string): Promise<Viewer> {
  const frames: CaptionsFrame[] = [];
  const viewer = subscribe({
    url: stack.url,
    room,
    token: () => stack.token({ scopes: ["captions:view"], room }),
    onChange: (_captions, frame) => frames.push(frame),
  });
  await eventually(
    "the viewer's first frame",
    () => viewer.link.state,
    (state) => state === "open",
  );
  return Object.assign(viewer, { frames });
}

export async function startPublisher(
  stack: TestStack,
  room: string,
  speech: Speech,
  recognition?: Recognition,
): Promise<Publisher> {
  const publisher = publish({
    ...(recognition === undefined ? {} : { recognition }),
    url: stack.url,
    room,
    token: () => stack.token({ scopes: ["captions:publish"], room }),
    format: speech.format,
  });
  await eventually(
    "the publisher is accepted",
    (): PublisherState => publisher.state,
    ({ state }) => state === "connected",
  );
  return publisher;
}

/** Speaks at real time to the end; answers with the version that holds the last words. */
export async function say(publisher: Publisher, speech: Speech): Promise<number> {
  await playAtRealTime(speech.data, speech.format, publisher.write).done;
  const { version } = await within("the room finishes the session", publisher.finish(), 30_000);
  return version;
}

export async function reaches(viewer: Subscription, version: number): Promise<Captions> {
  await eventually(
    `the viewer reaches version ${version}`,
    () => viewer.captions.position?.version,
    (now) => now === version,
  );
  return viewer.captions;
}

export function textOf(segments: readonly Segment[]): string {
  return segments.map(({ text }) => text).join(" ");
}
