import type { CloseMeaning } from "./events.ts";

/**
 * Reads the end of a Deepgram socket, of either protocol, by reason and code: codes are few and shared, so what the
 * reason names goes first.
 */
export function closeMeaning(code: number, reason: string): CloseMeaning {
  const said = reasonMeaning(reason);
  if (said !== null) return said;
  switch (code) {
    case 1002: // a frame that breaks the protocol
    case 1003: // data of a kind that is not taken
    case 1007: // text that is no text
    case 1008: // DATA-0000: audio that cannot be decoded
    case 1009: // a frame too large: the next socket would be sent frames of the same size
      return "fatal";
    default:
      // Also 1000 and 1001, when nobody asked for the end: a long stream breaks now and then.
      return "retry";
  }
}

/**
 * What a reason means by itself, or `null`. On the wire it is prose with a short link (`https://dpgr.am/net0001`), in
 * the provider's documents a name (`NET-0001`).
 */
export function reasonMeaning(reason: string): CloseMeaning | null {
  if (/data-?0000/i.test(reason)) return "fatal";
  // Nothing came for a while: no frame at all, no audio, or (Flux) no sign of life.
  if (/net-?000[12]|no_audio_timeout|inactive_client/i.test(reason)) return "idle";
  // The provider had nothing to say in time, by a fault of its own.
  return /net-?0000/i.test(reason) ? "retry" : null;
}
