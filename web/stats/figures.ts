/** Figures as people read them. */
const numbers = new Intl.NumberFormat("en");
const percents = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export const plainNumber = (value: number): string => numbers.format(Math.round(value));

export const inMs = (ms: number): string => `${plainNumber(ms)} ms`;

export const percent = (share: number): string => percents.format(share).replace("%", "\u00a0%");

/** "0 s", "4.2 s", "38 s", "12 min", "1 h 5 min": as exact as somebody wants to know. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** The reader's own time of day. */
export const timeOf = (epochMs: number): string =>
  new Date(epochMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** With the day. */
export const dateOf = (epochMs: number): string =>
  new Date(epochMs).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
