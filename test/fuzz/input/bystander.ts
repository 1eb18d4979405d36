import { reaches, say, startPublisher, watch } from "../../support/live.ts";
import type { Speech } from "../../support/speech.ts";
import { bystanderRoom as room } from "./paths.ts";
import type { Service } from "./service.ts";

/** Two seconds of whatever: the provider hears a sentence in each quarter of a second. */
const speech: Speech = {
  format: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
  data: new Uint8Array(64_000).fill(64),
};

/** A room with captions and a viewer, which strangers must not touch. */
export type Bystander = {
  /** What is wrong with it now: nothing when it holds what it held, and its viewer sees what a publisher says. */
  judge(): Promise<string[]>;
  close(): void;
};

export async function startBystander({ bystander: stack }: Service): Promise<Bystander> {
  const viewer = await watch(stack, room);
  const speak = async (): Promise<void> => {
    const publisher = await startPublisher(stack, room, speech);
    await reaches(viewer, await say(publisher, speech));
  };
  await speak();
  const token = await stack.token({ scopes: ["captions:view"], room });
  const look = async (): Promise<string> => {
    const answer = await fetch(`${stack.url}/v1/rooms/${room}/captions.json`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { position, segments } = viewer.captions;
    return `${answer.status} ${await answer.text()}\n${JSON.stringify({ position, segments })}`;
  };
  const before = await look();
  const held = viewer.captions.segments.length;
  return {
    async judge() {
      const problems: string[] = [];
      const after = await look();
      if (after !== before)
        problems.push(`It held\n${before.slice(0, 1500)}\nand holds\n${after.slice(0, 1500)}`);
      await speak().catch((error: unknown) => problems.push(`Nobody is heard in it any more: ${error}`));
      const more = viewer.captions.segments.length - held;
      if (more !== held) problems.push(`The same speech were ${held} segments, and ${more} now.`);
      if (viewer.link.state !== "open") problems.push(`Its viewer's link is ${JSON.stringify(viewer.link)}.`);
      const snapshots = viewer.frames.filter(({ type }) => type === "snapshot").length;
      if (snapshots !== 1) problems.push(`Its viewer had to begin again: ${snapshots} snapshots.`);
      return problems;
    },
    close: () => viewer.close(),
  };
}
