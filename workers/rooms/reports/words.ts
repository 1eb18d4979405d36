/** Figures as a reader of English takes them in. */

/** Of a latency. */
export function latencyInWords(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Of a stretch of time: `8.3 s`, `12 min 5 s`, `2 h 10 min`. */
export function durationInWords(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function joined(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** Never rounded up to all, nor down to nothing. */
export function shareInWords(share: number): string {
  const tenths = share * 1_000;
  const told = share < 0.5 ? Math.ceil(tenths) : Math.floor(tenths);
  return `${told / 10} %`;
}

/** `once`, `twice`, `3 times`. */
export function timesInWords(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count.toLocaleString("en")} times`;
}
