import { wavHeader } from "../../../shared/wav-header.ts";
import type { PlainFormat } from "../formats.ts";
import { join } from "./byte-queue.ts";
import { nothing, StitchError, type Stitcher } from "./stitcher.ts";

/**
 * Samples as they are: bytes are passed on as they come, behind one header of open length if it is to be WAV. A chunk's
 * last odd byte of 16-bit samples is dropped, so that those of the next chunk stay whole.
 */
export function createPlainStitcher(format: PlainFormat): Stitcher {
  const sampleBytes = format.encoding === "linear16" ? 2 : 1;
  let header = format.container === "wav" ? wavHeader(format, "open") : nothing;
  let half: Uint8Array = nothing;
  let isOpen = false;
  let hasAudio = false;

  function endChunk(): Uint8Array {
    if (!hasAudio) throw new StitchError("empty", "A chunk without a sample.");
    half = nothing;
    isOpen = false;
    hasAudio = false;
    return nothing;
  }

  return {
    push(bytes) {
      isOpen = true;
      const all = half.length === 0 ? bytes : join([half, bytes]);
      const whole = all.length - (all.length % sampleBytes);
      half = whole === all.length ? nothing : all.slice(whole);
      if (whole === 0) return nothing;
      hasAudio = true;
      const samples = all.subarray(0, whole);
      if (header.length === 0) return samples;
      const first = join([header, samples]);
      header = nothing;
      return first;
    },
    endChunk,
    finish() {
      return isOpen ? endChunk() : nothing;
    },
  };
}
