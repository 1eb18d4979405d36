/** Tells times of day where the reader is, as far as that is known. */
export type Clock = {
  /** As it is named to the reader. */
  readonly zone: string;
  /** Hours and minutes. */
  timeOf(epochMs: number): string;
};

/** @param zone a name of the IANA's, guessed from the reader's address by what stands before this Worker */
export function clockOf(zone: unknown): Clock {
  const { format, name } = formatOf(zone);
  return { zone: name, timeOf: (epochMs) => format.format(epochMs) };
}

function formatOf(zone: unknown): { format: Intl.DateTimeFormat; name: string } {
  const style = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  if (typeof zone === "string") {
    try {
      return { format: new Intl.DateTimeFormat("en", { ...style, timeZone: zone }), name: zone };
    } catch {
      // No zone that this runtime knows.
    }
  }
  return { format: new Intl.DateTimeFormat("en", { ...style, timeZone: "UTC" }), name: "UTC" };
}
