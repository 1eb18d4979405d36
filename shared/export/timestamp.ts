/** `01:02:03.004`; hours have two digits, or as many as they need. */
export function timestamp(ms: number, decimalSign: "." | ","): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = Math.floor(ms / 1_000) % 60;
  const clock = [hours, minutes, seconds].map((part) => String(part).padStart(2, "0")).join(":");
  return `${clock}${decimalSign}${String(ms % 1_000).padStart(3, "0")}`;
}
