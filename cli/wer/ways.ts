import { randomBytes } from "node:crypto";
import type { AudioFormat } from "../../shared/audio.ts";
import type { Service } from "../api.ts";
import { broadcast } from "../broadcast/broadcast.ts";
import { playAtRealTime } from "../broadcast/pace.ts";
import type { Provider } from "../measured/targets.ts";
import { listenDirectly } from "./direct.ts";
import type { Viewing } from "./viewing.ts";

export type Audio = { readonly format: AudioFormat; readonly data: Uint8Array };

/** How a recording becomes words somebody could read. */
export type Way = (audio: Audio) => Promise<Viewing>;

/** The whole product's: publisher, room, speech engine, room, viewer. Each recording has a room of its own. */
export function throughRoom(service: Service): Way {
  return (audio) => broadcast({ service, room: `wer-${randomBytes(6).toString("hex")}`, ...audio });
}

/** The speech engine's alone. */
export function straight(provider: Provider): Way {
  return (audio) => listenDirectly(provider, audio, playAtRealTime);
}
