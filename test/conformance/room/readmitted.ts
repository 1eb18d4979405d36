import { eventually } from "../../../testing/wait.ts";
import type { Come, World } from "./world.ts";

/** Knocks until a viewer is let in: a service may hear late that another has left. */
export async function readmitted(world: World, come: Come = {}): Promise<void> {
  const knock = async () => {
    const link = await world.knock(come);
    await link.until("a first frame", () => link.frames.length > 0);
    return link.frames[0];
  };
  const isIn = (frame: Awaited<ReturnType<typeof knock>>) =>
    frame?.type !== "error" || frame.code !== "too_many_connections";
  const frame = await eventually("a place is free again", knock, isIn);
  if (frame?.type === "error") throw new Error(`Refused with ${frame.code}.`);
}
