import type { TokenRequest } from "../../../shared/claims.ts";

export type Clip = {
  /** Raw linear16, 16 kHz, one channel. */
  readonly data: Uint8Array;
};

/** Whatever serves caption rooms, seen from outside: an address, tokens for it, and speech to publish. */
export type Target = {
  /** The column's head in the table of results. */
  readonly name: string;
  /** The edge: `http://…` or `https://…`, without a slash at the end. */
  readonly url: string;
  token(request: TokenRequest): Promise<string>;
  /** The text as speech. */
  speech(text: string): Promise<Clip>;
  /** Audio may be sent so many times as fast as it is spoken. */
  readonly pace: number;
  /** Of the words in a sound, the share that is heard when it is heard again: 1 where a sound is always heard the same. */
  readonly sameWords: number;
  /** Refuses what was issued for a room until now; absent where there is no API key to ask for it. */
  revoke?(room: string): Promise<void>;
  /** Faults that can be made here. They may hit all rooms, so rules that need them run alone. */
  readonly faults?: {
    /** The room loses its memory, and its members perhaps their sockets. */
    evictRoom?(room: string): Promise<void>;
    /** Every socket to the speech provider breaks. */
    dropUpstream?(): Promise<void> | void;
  };
  close(): Promise<void>;
};
