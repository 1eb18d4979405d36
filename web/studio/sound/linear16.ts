/** One sample of -1…1 as a 16-bit number; what is louder is clipped. */
export function linear16(sample: number): number {
  return Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
}
