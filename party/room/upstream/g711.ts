import type { Encoding } from "../../../shared/audio.ts";

/** Magnitude and sign of one value at a byte offset, on the scale of 16 bits. G.711 as in ITU-T G.711, tables 1 and 2. */
export const decoders: Record<Encoding, (view: DataView, at: number) => number> = {
  linear16: (view, at) => view.getInt16(at, true),
  mulaw: (view, at) => {
    const bits = ~view.getUint8(at) & 0xff;
    const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 0x07)) - 0x84;
    return (bits & 0x80) === 0 ? magnitude : -magnitude;
  },
  alaw: (view, at) => {
    const bits = view.getUint8(at) ^ 0x55;
    const exponent = (bits >> 4) & 0x07;
    const mantissa = ((bits & 0x0f) << 4) + 8;
    const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
    return (bits & 0x80) === 0 ? -magnitude : magnitude;
  },
};
