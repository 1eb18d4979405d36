import type { StitchableFormat } from "../formats.ts";
import { createMp3Stitcher } from "./mp3.ts";
import { createOggOpusStitcher } from "./ogg-opus.ts";
import { createPlainStitcher } from "./plain.ts";
import type { Stitcher } from "./stitcher.ts";

export { asItIs, StitchError, type Stitcher, type StitchFault } from "./stitcher.ts";

/**
 * A stitcher for chunks that were each asked for in `format`, with the query that `providerQuery` gives for stitched
 * ones. At most one frame or page is held besides what the stream's end depends on.
 */
export function createStitcher(format: StitchableFormat): Stitcher {
  switch (format.encoding) {
    case "mp3":
      return createMp3Stitcher();
    case "linear16":
    case "mulaw":
    case "alaw":
      return createPlainStitcher(format);
    case "opus":
      return createOggOpusStitcher();
    default:
      return format satisfies never;
  }
}
