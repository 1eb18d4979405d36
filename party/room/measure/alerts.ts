import { type Alert, type AlertKind, alertKinds, alertRules } from "../../../shared/stats.ts";

/** What is looked at, each in the unit of its kind; 0: nothing that could be bad. */
export type Vitals = Readonly<Record<AlertKind, number>>;

type Lasting = {
  readonly alert: Alert;
  /** Looks in a row at which it was good again, and when the first of them was. */
  readonly calm: { readonly looks: number; readonly since: number } | null;
};

/** The alerts of one session. */
export type Watch = {
  readonly lasting: readonly Lasting[];
  /** The newest first. */
  readonly over: readonly Alert[];
};

/** An alert is over when so little of its limit is reached, at so many looks in a row: it does not come and go at its limit. */
const calmShare = 0.8;
const calmLooks = 3;
const overMax = 50;

/** Goes on with the alerts that were told before. */
export function watchOf(alerts: readonly Alert[]): Watch {
  const lasting = alerts.filter(({ until }) => until === null);
  return {
    lasting: lasting.map((alert) => ({ alert, calm: null })),
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
      lasting.push({ alert, calm: null });
      begun.push(alert);
      continue;
    }
    const calm =
      value <= limit * calmShare
        ? { looks: (held.calm?.looks ?? 0) + 1, since: held.calm?.since ?? now }
        : null;
    const alert = { ...held.alert, worst: Math.max(held.alert.worst, value) };
    if (calm === null || calm.looks < calmLooks) lasting.push({ alert, calm });
    else ended.push(closed(alert, calm.since));
  }
  return { watch: { lasting, over: latest(ended, watch.over) }, changes: [...begun, ...ended] };
}

/** The session is over, and whatever was wrong with it. */
export function close(watch: Watch, now: number): { watch: Watch; changes: readonly Alert[] } {
  const ended = watch.lasting.map(({ alert, calm }) => closed(alert, calm?.since ?? now));
  return { watch: { lasting: [], over: latest(ended, watch.over) }, changes: ended };
}

/** The clock may have been set back. */
function closed(alert: Alert, until: number): Alert {
  return { ...alert, until: Math.max(alert.since, until) };
}

function latest(ended: readonly Alert[], over: readonly Alert[]): readonly Alert[] {
  return ended.length === 0 ? over : [...ended, ...over].slice(0, overMax);
}
