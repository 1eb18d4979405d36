import type { AudioFormat } from "../../../shared/audio.ts";
import type { ErrorCode } from "../../../shared/errors.ts";
import type { Recognition } from "../../../shared/settings.ts";
import type { Heard } from "./heard.ts";
import type { LinkSign } from "./sign.ts";
import type { Range, UpstreamState } from "./state.ts";

/** What an `Upstream` asks of its session and tells it. */
export type UpstreamHooks = {
  /** The audio of `[from, to)`. */
  read(from: number, to: number): Uint8Array<ArrayBuffer>;
  /** The newest audio, at most so many samples of it, and where it begins. */
  newest(samples: number): { readonly from: number; readonly audio: Uint8Array };
  /** What one frame said. `socket` tells the room's sockets apart: speakers are numbered anew on each. */
  heard(events: readonly Heard[], socket: number): void;
  /** The range will not be captioned. */
  gap(range: Range): void;
  /** The range must be captioned elsewhere. Its audio can be read now, and no longer than this call lasts. */
  owe(range: Range): void;
  /** The socket's state changed; see `linkState`. */
  changed(): void;
  /** What became of a socket, and the audio it is sent: to be measured. */
  link(sign: LinkSign): void;
  sent(range: Range): void;
  ended(): void;
  failed(code: ErrorCode): void;
};

/** The upstream as readers are told of it. */
export type LinkState = "idle" | "connecting" | "live" | "recovering" | "tripped";

/** What a session's upstream is made for. */
export type UpstreamSession = {
  readonly format: AudioFormat;
  readonly recognition: Recognition;
  /** Position up to which captions are settled, and the first sample the lane will hold. */
  readonly covered: number;
  readonly earliest: number;
};

/** So many failures in a row are not a hiccup any more, and readers are told. */
const troubledAfter = 8;

/** A session that was live once and is opening a socket again is recovering. */
export function linkStateOf({ link, trouble }: UpstreamState, openedBefore: boolean): LinkState {
  switch (link.kind) {
    case "idle":
      return "idle";
    case "connecting":
    case "leaving":
    case "recovering":
      if ((trouble?.failures ?? 0) >= troubledAfter) return "tripped";
      return openedBefore ? "recovering" : "connecting";
    case "tripped":
      return "tripped";
    case "live":
    case "finishing":
    case "ended":
      return "live";
    case "failed":
      return "recovering";
    default:
      return link satisfies never;
  }
}
