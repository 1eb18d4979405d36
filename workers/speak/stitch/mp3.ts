import { ByteQueue, join } from "./byte-queue.ts";
import { headerBytes, isIndexFrame, isSameMp3, type Mp3Header, readMp3Header } from "./mp3-frame.ts";
import { BitReservoir } from "./mp3-reservoir.ts";
import { readMp3Tag, tagHeadBytes } from "./mp3-tags.ts";
import { nothing, StitchError, type Stitcher } from "./stitcher.ts";

/** So many bytes in a row that are neither frame nor tag are no MP3. Known tags may be longer; they are never held. */
const strayMaxBytes = 8_192;

/**
 * MP3 is a row of frames: each goes out as soon as it is whole, unchanged. Dropped are tags, the index frame that a chunk
 * may begin with, stray bytes, and a last frame that is not whole. The silence with which an encoder begins and ends
 * stays at every seam. All frames have one sample rate and number of channels.
 */
export function createMp3Stitcher(): Stitcher {
  const queue = new ByteQueue();
  let stream: Mp3Header | null = null;
  let chunk = beginChunk();
  let isOpen = false;

  function readFrames(): Uint8Array {
    const frames: Uint8Array[] = [];
    for (;;) {
      chunk.tagBytes -= queue.skip(chunk.tagBytes);
      if (queue.length < headerBytes) break;
      const header = readMp3Header(queue.peek(headerBytes));
      if (header === null || !belongs(header)) {
        const tag = readMp3Tag(queue.peek(tagHeadBytes));
        if (tag.kind === "partial") break;
        if (tag.kind === "tag") chunk.tagBytes = tag.bytes;
        else skipStray();
        continue;
      }
      if (queue.length < header.frameBytes) break;
      chunk.strayBytes = 0;
      const frame = queue.take(header.frameBytes);
      const isFirst = !chunk.isBegun;
      chunk.isBegun = true;
      if (isFirst && isIndexFrame(frame, header)) continue;
      stream ??= header;
      chunk.frames += 1;
      frames.push(chunk.reservoir.pass(frame, header));
    }
    return join(frames);
  }

  /** Another kind of frame is refused where a frame is due; among stray bytes it is most likely none. */
  function belongs(header: Mp3Header): boolean {
    if (stream === null || isSameMp3(stream, header)) return true;
    if (chunk.strayBytes > 0) return false;
    throw new StitchError(
      "format_changed",
      `A chunk of ${header.sampleRate} Hz and ${header.channels} channels after ${stream.sampleRate} Hz and ${stream.channels}.`,
    );
  }

  function skipStray(): void {
    chunk.strayBytes += queue.skip(1);
    if (chunk.strayBytes > strayMaxBytes) {
      throw new StitchError("broken", `No MP3 frame within ${strayMaxBytes} bytes.`);
    }
  }

  function endChunk(): Uint8Array {
    if (chunk.frames === 0) throw new StitchError("empty", "A chunk without an MP3 frame.");
    queue.skip(queue.length);
    chunk = beginChunk();
    isOpen = false;
    return nothing;
  }

  return {
    push(bytes) {
      isOpen = true;
      queue.append(bytes);
      return readFrames();
    },
    endChunk,
    finish() {
      return isOpen ? endChunk() : nothing;
    },
  };
}

function beginChunk() {
  return {
    /** Whether a frame was seen, be it the index. */
    isBegun: false,
    frames: 0,
    reservoir: new BitReservoir(),
    /** Of a tag, still to come. */
    tagBytes: 0,
    /** Since the last frame. */
    strayBytes: 0,
  };
}
