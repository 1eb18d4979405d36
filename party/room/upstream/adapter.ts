import type { AudioFormat } from "../../../shared/audio.ts";
import type { Recognition } from "../../../shared/settings.ts";
import type { CloseMeaning, ProviderEvent } from "./events.ts";

/** What the room must know of one live protocol of a provider; `nova.ts` and `flux.ts` are the two there are. */
export type Adapter = {
  /** Path and query of the live socket on the provider's host. */
  livePath(format: AudioFormat, recognition: Recognition): string;
  /** Sent as text frames only: as binary they would be taken for audio. */
  readonly control: {
    /** Asks for a final of what has been heard so far. It may stay unanswered. */
    readonly finalize: string;
    /** No more audio follows: the last words, then the close. Nothing may be sent after it. */
    readonly closeStream: string;
    /** Keeps a socket that has recognised something open without audio; `null` where only audio does. */
    readonly keepAlive: string | null;
  };
  /** A reader for one socket, from its first frame to its close. */
  read(): Reader;
  /** Codes of a close that follows `closeStream` when everything has been said. */
  readonly cleanCloses: readonly number[];
  closeMeaning(code: number, reason: string): CloseMeaning;
};

export type Reader = {
  /** One text frame, in the order of the wire. Never throws: what cannot be read is `unreadable`. */
  frame(text: string): readonly ProviderEvent[];
  /**
   * The socket has closed. After a clean close, which we asked for, a provider may have left its last words as an
   * interim: they are all there will be and become a final. After any other the audio is sent again, and nothing is
   * made final.
   */
  closed(clean: boolean): readonly ProviderEvent[];
};

/** 4xx other than time-outs and rate limits cannot heal: wrong key, no credit, bad parameters. */
export function refusalIsFatal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}
