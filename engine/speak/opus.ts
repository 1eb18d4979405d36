import { randomInt } from "node:crypto";
import { Application, createEncoder } from "libopus-wasm";
import type { SpeechEncoder } from "./encoder.ts";
import { createOggStream } from "./ogg.ts";
import { FLITE_RATE } from "./voices.ts";

/** Opus counts at this rate, whatever the rate of what it was made from. */
export const OPUS_RATE = 48_000;
const TICKS = OPUS_RATE / FLITE_RATE;

/** 20 ms, the length at which Opus is at its best. */
const FRAME_SAMPLES = FLITE_RATE / 50;

/** A second: the most that a player should have to wait for. */
const PAGE_FRAMES = 50;

/**
 * Speech as Ogg Opus (RFC 7845): one channel, a page for what each call brings. Opus takes the voice at its own rate. It
 * begins with the pre-skip that the header tells, and its last page tells how much of the last packet is speech.
 */
export async function createOpus(bitRate: number): Promise<SpeechEncoder> {
  const opus = await createEncoder({
    channels: 1,
    sampleRate: FLITE_RATE,
    frameSize: FRAME_SAMPLES,
    // The other kinds are for calls: they filter what is deep in the voice, as if it were noise.
    application: Application.Audio,
    bitrate: bitRate,
  });
  const stream = createOggStream(randomInt(2 ** 32));
  const lookahead = opus.getLookahead();
  const preSkip = lookahead * TICKS;
  let rest = new Float32Array(0);
  let received = 0;
  let frames = 0;

  function encode(samples: Float32Array): Uint8Array {
    const speech = new Float32Array(rest.length + samples.length);
    speech.set(rest);
    speech.set(samples, rest.length);
    const pages: Uint8Array[] = [];
    let packets: Uint8Array[] = [];
    let positions: number[] = [];
    let at = 0;
    for (; at + FRAME_SAMPLES <= speech.length; at += FRAME_SAMPLES) {
      packets.push(opus.encodeFloat(speech.subarray(at, at + FRAME_SAMPLES)));
      positions.push(++frames * FRAME_SAMPLES * TICKS);
      if (packets.length < PAGE_FRAMES) continue;
      pages.push(stream.pages(packets, positions));
      packets = [];
      positions = [];
    }
    if (packets.length > 0) pages.push(stream.pages(packets, positions));
    rest = speech.slice(at);
    return Buffer.concat(pages);
  }

  return {
    header: Buffer.concat([stream.first(opusHead(preSkip)), stream.pages([opusTags()], [0])]),
    encode(samples) {
      received += samples.length;
      return encode(samples);
    },
    finish() {
      // What the encoder has not given out yet is drawn from it with silence; the last packet has a page of its own.
      const total = received + lookahead;
      const missing = Math.ceil(total / FRAME_SAMPLES) * FRAME_SAMPLES - frames * FRAME_SAMPLES - rest.length;
      const before = encode(new Float32Array(Math.max(0, missing - FRAME_SAMPLES)));
      const frame = new Float32Array(FRAME_SAMPLES);
      frame.set(rest);
      return Buffer.concat([before, stream.last(opus.encodeFloat(frame), total * TICKS)]);
    },
    free: () => opus.free(),
  };
}

function opusHead(preSkip: number): Uint8Array {
  const head = Buffer.alloc(19);
  head.write("OpusHead\x01\x01", "latin1");
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(OPUS_RATE, 12);
  return head;
}

function opusTags(): Uint8Array {
  const vendor = Buffer.from("libopus");
  const tags = Buffer.alloc(16 + vendor.length);
  tags.write("OpusTags", "latin1");
  tags.writeUInt32LE(vendor.length, 8);
  vendor.copy(tags, 12);
  return tags;
}
