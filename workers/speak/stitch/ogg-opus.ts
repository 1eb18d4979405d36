import { ByteQueue, hasAscii, join } from "./byte-queue.ts";
import { emptyPage, type OggPage, takePage, withHeader } from "./ogg-page.ts";
import { checkOpusHead, isSameOpus, packetSamples } from "./opus-packet.ts";
import { nothing, StitchError, type Stitcher } from "./stitcher.ts";

/** One stream as an encoder made it: a chunk, or a part of a chunk that is several such streams in a row. */
type Source = {
  readonly serial: number;
  /** The headers of all but the first are dropped. */
  readonly isFirst: boolean;
  stage: "tags" | "audio" | "ended";
  /** Of the next page. */
  sequence: number;
  /** The samples of the packet that the last page ended in; `null` when it ended with a whole one. */
  unfinished: number | null;
  /** Of the packets that ended so far. */
  samples: number;
  /** The position before its first packet, which need not be zero; `null` until a page tells one. */
  origin: number | null;
};

/** A source's last page: the stream's too, if nothing follows. */
type LastPage = {
  readonly page: OggPage;
  readonly granule: number | null;
  /** Samples at its end that are only there because packets have one length. */
  readonly padding: number;
};

/**
 * Ogg Opus as one logical stream: the first chunk's headers and serial number, pages counted on, and positions that are
 * the samples decoded so far. Packets stay as they are and on their pages. A page goes out as soon as it is whole, except
 * the last one of each chunk: only if no chunk follows does it end the stream and is it cut to length.
 *
 * At a seam a decoder plays what single files would hide: the padding of the chunk before (less than a packet) and the
 * start of the next encoder (its pre-skip, usually 6.5 ms), both next to silent.
 */
export function createOggOpusStitcher(): Stitcher {
  const queue = new ByteQueue();
  let head: { readonly packet: Uint8Array; readonly serial: number } | null = null;
  let sequence = 0;
  let samples = 0;
  let source: Source | null = null;
  let last: LastPage | null = null;
  let chunkBegan: number | null = null;
  let out: Uint8Array[] = [];

  function read(page: OggPage): void {
    if (page.isFirst) begin(page);
    else if (source === null)
      throw new StitchError("broken", "An Ogg stream that does not begin with OpusHead.");
    else goOn(page, source);
  }

  function begin(page: OggPage): void {
    checkSourceIsWhole();
    const [packet = nothing] = page.packets;
    checkOpusHead(packet);
    if (page.packets.length !== 1 || page.isUnfinished || page.isContinued) {
      throw new StitchError("broken", "An Opus stream whose first page holds more or less than OpusHead.");
    }
    const isFirst = head === null;
    if (head === null) {
      head = { packet, serial: page.serial };
      send(page, 0);
    } else if (!isSameOpus(head.packet, packet)) {
      throw new StitchError(
        "format_changed",
        "An Opus stream of other channels or gain than the one before.",
      );
    }
    sendLast();
    source = {
      serial: page.serial,
      isFirst,
      stage: "tags",
      sequence: page.sequence + 1,
      unfinished: null,
      samples: 0,
      origin: null,
    };
  }

  function goOn(page: OggPage, of: Source): void {
    if (page.serial !== of.serial || of.stage === "ended") {
      throw new StitchError("broken", "An Ogg page of no stream that runs.");
    }
    if (page.sequence !== of.sequence || page.isContinued !== (of.unfinished !== null)) {
      throw new StitchError("broken", "An Ogg stream with a page missing.");
    }
    of.sequence += 1;
    if (of.stage === "tags") readTags(page, of);
    else readAudio(page, of);
  }

  function readTags(page: OggPage, of: Source): void {
    const [packet = nothing] = page.packets;
    const isTags = page.isContinued || hasAscii(packet, "OpusTags");
    if (!isTags || page.packets.length !== 1) {
      throw new StitchError("broken", "An Opus stream without OpusTags before its audio.");
    }
    of.unfinished = page.isUnfinished ? 0 : null;
    if (!page.isUnfinished) of.stage = "audio";
    if (of.isFirst) send(page, page.isUnfinished ? null : 0);
  }

  function readAudio(page: OggPage, of: Source): void {
    let ended: number | null = null;
    for (const [index, packet] of page.packets.entries()) {
      const length = index === 0 && of.unfinished !== null ? of.unfinished : packetSamples(packet);
      const isUnfinished = page.isUnfinished && index === page.packets.length - 1;
      of.unfinished = isUnfinished ? length : null;
      if (!isUnfinished) ended = (ended ?? 0) + length;
    }
    samples += ended ?? 0;
    of.samples += ended ?? 0;
    if (ended !== null) of.origin ??= originOf(page, of.samples);
    const granule = ended === null ? null : samples;
    if (!page.isLast) {
      send(page, granule);
      return;
    }
    of.stage = "ended";
    const surplus = page.granule === null ? 0 : (of.origin ?? 0) + of.samples - page.granule;
    last = { page, granule, padding: Math.min(Math.max(surplus, 0), ended ?? 0) };
  }

  function send(page: OggPage, granule: number | null, isLast = false): void {
    const { isFirst, isContinued } = page;
    out.push(
      withHeader(page, { isFirst, isContinued, isLast, granule, serial: head?.serial ?? 0, sequence }),
    );
    sequence += 1;
  }

  /** Something follows. */
  function sendLast(): void {
    if (last !== null) send(last.page, last.granule);
    last = null;
  }

  function checkSourceIsWhole(): void {
    if (source !== null && source.unfinished !== null) {
      throw new StitchError("torn", "An Opus stream that ends inside a packet.");
    }
  }

  function flush(): Uint8Array {
    const sent = join(out);
    out = [];
    return sent;
  }

  function endChunk(): Uint8Array {
    if (queue.length > 0) throw new StitchError("torn", "A chunk that ends inside an Ogg page.");
    checkSourceIsWhole();
    if (samples === (chunkBegan ?? samples))
      throw new StitchError("empty", "A chunk without an Opus packet.");
    source = null;
    chunkBegan = null;
    return nothing;
  }

  return {
    push(bytes) {
      chunkBegan ??= samples;
      queue.append(bytes);
      for (let page = takePage(queue); page !== null; page = takePage(queue)) read(page);
      return flush();
    },
    endChunk,
    finish() {
      if (chunkBegan !== null) endChunk();
      if (last !== null) {
        const granule = last.granule === null ? null : last.granule - last.padding;
        send(last.page, granule, true);
      } else if (head !== null) {
        // The last chunk did not say that it ends: a page of its own says it.
        const { serial } = head;
        const flags = { isFirst: false, isContinued: false, isLast: true };
        out.push(emptyPage({ ...flags, granule: null, serial, sequence }));
      }
      return flush();
    },
  };
}

/** The first page may be the last one too; then a position short of its samples only tells of padding. */
function originOf(page: OggPage, samplesSoFar: number): number {
  const origin = (page.granule ?? samplesSoFar) - samplesSoFar;
  return page.isLast ? Math.max(origin, 0) : origin;
}
