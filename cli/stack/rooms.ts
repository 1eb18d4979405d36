import { join } from "node:path";
import { inRoot } from "../paths.ts";
import { type Child, startChild } from "./child.ts";

export type RoomsSettings = {
  readonly port: number;
  /** Where the edge Worker will be: rooms ask it for their tenant's list. */
  readonly edgeUrl: string;
  /** Of the Worker: those that rooms have a use for are theirs too. */
  readonly variables: Readonly<Record<string, string>>;
};

const deepgram = "https://api.deepgram.com";
const ofRooms = ["TOKEN_SECRET", "TOKEN_SECRET_OTHER", "DEEPGRAM_API_KEY", "DEEPGRAM_BASE_URL", "TENANTS"];

/** Starts the rooms in PartyKit's own runtime, `partykit dev`. What they keep is kept in the stack's folder. */
export function startRooms(folder: string, { port, edgeUrl, variables }: RoomsSettings): Promise<Child> {
  const theirs = Object.entries(variables).filter(([name]) => ofRooms.includes(name));
  return startChild({
    name: "rooms' host (PartyKit)",
    script: inRoot("cli/stack/partykit-process.ts"),
    settings: {
      port,
      folder: join(folder, "partykit"),
      variables: { DEEPGRAM_BASE_URL: deepgram, ...Object.fromEntries(theirs), EDGE_URL: edgeUrl },
    },
    logFile: join(folder, "logs", "rooms.log"),
    readyWithinMs: 60_000,
  });
}
