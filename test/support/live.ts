import { playAtRealTime } from "../../cli/broadcast/pace.ts";
import type { Captions, Recognition, Subscription } from "../../client/index.ts";
import { openPublisher, type Publisher } from "../../testing/publisher.ts";
import { openViewer, type Viewer } from "../../testing/viewer.ts";
import { eventually } from "../../testing/wait.ts";
import type { Speech } from "./speech.ts";
import type { TestStack } from "./stack.ts";

export { textOf, type Viewer } from "../../testing/viewer.ts";

/** The harness's viewer and publisher, at one of our own stacks. */
export function watch(stack: TestStack, room: string): Promise<Viewer> {
  return openViewer(stack, room);
}

export function startPublisher(
  stack: TestStack,
  room: string,
  { format }: Speech,
  recognition?: Recognition,
): Promise<Publisher> {
  return openPublisher(stack, room, { format, ...(recognition === undefined ? {} : { recognition }) });
}

/** Speaks at real time to the end; answers with the version that holds the last words. */
export async function say(publisher: Publisher, speech: Speech): Promise<number> {
  await playAtRealTime(speech.data, speech.format, publisher.write).done;
  const { version } = await publisher.finish();
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
