import { type Alert, type AlertKind, alertKinds, alertRules } from "../../../shared/stats.ts";

/** What is looked at, each in the unit of its kind; 0: nothing that could be bad. */
export type Vitals = Readonly<Record<AlertKind, number>>;

type Lasting = {
  readonly alert: Alert;
  /** Since when it has been good again at every look; `null`: it is not. */
  readonly calmSince: number | null;
};

/** The alerts of one session. */
export type Watch = {
  readonly lasting: readonly Lasting[];
  /** The newest first. */
  readonly over: readonly Alert[];
};

/** An alert is over when so little of its limit has been reached for so long: it does not come and go at its limit. */
const calmShare = 0.8;
const calmMs = 15_000;
const overMax = 50;

/** Goes on with the alerts that were told before. */
export function watchOf(alerts: readonly Alert[]): Watch {
  const lasting = alerts.filter(({ until }) => until === null);
  return {
    lasting: lasting.map((alert) => ({ alert, calmSince: null })),
    over: alerts.filter(({ until }) => until !== null),
  };
}

/** Those that last, and the latest that are over; each the newest first. */
export function alertsOf({ lasting, over }: Watch): Alert[] {
  return [...lasting.map(({ alert }) => alert).sort((a, b) => b.since - a.since), ...over];
}

/** One look. `changes`: alerts that began, and those that are over. To be called at regular times, and when something failed. */
export function look(watch: Watch, vitals: Vitals, now: number): { watch: Watch; changes: readonly Alert[] } {
  const lasting: Lasting[] = [];
  const begun: Alert[] = [];
  const ended: Alert[] = [];
  for (const kind of alertKinds) {
    const value = vitals[kind];
    const { limit } = alertRules[kind];
    const held = watch.lasting.find(({ alert }) => alert.kind === kind);
    if (held === undefined) {
      if (value <= limit) continue;
      const alert: Alert = { kind, since: now, until: null, worst: value, limit };
      lasting.push({ alert, calmSince: null });
      begun.push(alert);
      continue;
    }
    // When the clock was set back, the time before does not count.
    const calmSince = value <= limit * calmShare ? Math.min(held.calmSince ?? now, now) : null;
    const alert = { ...held.alert, worst: Math.max(held.alert.worst, value) };
    if (calmSince === null || now - calmSince < calmMs) lasting.push({ alert, calmSince });
    else ended.push(closed(alert, calmSince));
  }
  return { watch: { lasting, over: latest(ended, watch.over) }, changes: [...begun, ...ended] };
}

/** The session is over, and whatever was wrong with it. */
export function close(watch: Watch, now: number): { watch: Watch; changes: readonly Alert[] } {
  const ended = watch.lasting.map(({ alert, calmSince }) => closed(alert, calmSince ?? now));
  return { watch: { lasting: [], over: latest(ended, watch.over) }, changes: ended };
}

/** The clock may have been set back. */
function closed(alert: Alert, until: number): Alert {
  return { ...alert, until: Math.max(alert.since, until) };
}

function latest(ended: readonly Alert[], over: readonly Alert[]): readonly Alert[] {
  return ended.length === 0 ? over : [...ended, ...over].slice(0, overMax);
}
