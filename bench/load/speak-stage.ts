import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SpeakPeer } from "../peers/speak-peers.ts";
import { PacedVoice } from "./voice.ts";

/** Where speech is asked for: what is started here ends with it, however it ends. */
export type SpeakStage = {
  readonly folder: string;
  readonly voice: PacedVoice;
  /** Of every client here: connections stay. */
  readonly agent: Agent;
  peer(starting: Promise<SpeakPeer>): Promise<SpeakPeer>;
};

export async function onSpeakStage<T>(work: (stage: SpeakStage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-bench-"));
  const agent = new Agent({ keepAlive: true });
  const peers: SpeakPeer[] = [];
  const voice = await PacedVoice.start(folder);
  try {
    return await work({
      folder,
      voice,
      agent,
      async peer(starting) {
        const started = await starting;
        peers.push(started);
        return started;
      },
    });
  } finally {
    agent.destroy();
    await Promise.all(peers.map((each) => each.close()));
    await voice.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
