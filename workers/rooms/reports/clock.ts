/** Tells times of day in one time zone. */
export type Clock = {
  /** The zone as it is named to the reader, with what it is off UTC by at this moment. */
  zoneAt(epochMs: number): string;
  /** Hours and minutes. */
  minuteOf(epochMs: number): string;
  /** With seconds. */
  secondOf(epochMs: number): string;
  dateOf(epochMs: number): string;
};

/** @param zone a name of the IANA's; `null` is the answer to one that this runtime does not know */
export function clockIn(zone: string): Clock | null {
  try {
    const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone } as const;
    const minute = new Intl.DateTimeFormat("en-GB", time);
    const second = new Intl.DateTimeFormat("en-GB", { ...time, second: "2-digit" });
    const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: zone });
    const offset = new Intl.DateTimeFormat("en-GB", { timeZoneName: "longOffset", timeZone: zone });
    return {
      zoneAt(epochMs) {
        const name = minute.resolvedOptions().timeZone;
        const told = offset.formatToParts(epochMs).find(({ type }) => type === "timeZoneName")?.value;
        return name === "UTC" ? "UTC" : `${name} (${(told ?? "").replace("GMT", "UTC")})`;
      },
      minuteOf: (epochMs) => minute.format(epochMs),
      secondOf: (epochMs) => second.format(epochMs),
      dateOf: (epochMs) => date.format(epochMs),
    };
  } catch {
    return null;
  }
}
