import { createStateLine } from "../../client/element/state-line.ts";
import type { Link } from "../../client/index.ts";
import type { AlertKind, RoomStats } from "../../shared/stats.ts";
import { part } from "../page.ts";
import { createPlot } from "../plot.ts";
import { roomOfPage } from "../room.ts";
import { tokenSource } from "../token.ts";
import { announcement, runningOf } from "./alert-words.ts";
import { plotPlans, sceneOf } from "./drawings.ts";
import { followStats } from "./feed.ts";
import { createReportList } from "./reports.ts";
import { ageInWords, type Known, sessionInWords, verdictOf } from "./verdict.ts";
import { showStats } from "./view.ts";

/** Between two looks at the clock: what is shown grows old by itself. */
const tickMs = 1_000;

const room = roomOfPage();
const line = createStateLine(part("verdict", HTMLElement), part("verdict-announced", HTMLElement));
const age = part("age", HTMLElement);
const sessionLine = part("session", HTMLElement);
const alertsAnnounced = part("alerts-announced", HTMLElement);
const reports = createReportList(room);
const plots = plotPlans.map((plan) => ({ plan, plot: createPlot(part("plots", HTMLElement), plan) }));

let link: Link = { state: "connecting" };
let linkedAt = performance.now();
let stats: RoomStats | null = null;
let toldAt = 0;
let isUnused = false;
let alerts: ReadonlySet<AlertKind> = new Set();
let shownVerdict: string | null = null;

function handleStats(told: RoomStats): void {
  stats = told;
  const now = performance.now();
  toldAt = now;
  isUnused = false;
  showStats(told);
  const running = runningOf(told.alerts);
  const words = announcement(alerts, running);
  if (words !== "") alertsAnnounced.textContent = words;
  alerts = new Set(running.map(({ kind }) => kind));
  const { session } = told;
  // A session that begins or ends changes the list.
  void reports.load(`${session?.id} ${session?.endedAt}`, now);
  tick(now);
}

/** Everything that changes although nothing was told. @param now as `performance.now()` tells it */
function tick(now: number): void {
  const known: Known = { link, linkAgeMs: now - linkedAt, stats, ageMs: now - toldAt, isUnused };
  const verdict = verdictOf(known);
  // The line counts down by itself.
  const key = `${verdict.tone} ${verdict.announced} ${link.state}`;
  if (key !== shownVerdict) line.show(verdict);
  shownVerdict = key;
  document.title = `${room}: ${verdict.announced}`;
  const old = ageInWords(known);
  age.hidden = old === null;
  age.textContent = old;
  document.body.classList.toggle("old", old !== null);
  if (stats === null) return;
  const nowMs = stats.at + known.ageMs;
  sessionLine.textContent = sessionInWords(stats, nowMs);
  // While figures come they are drawn as they come; when none do, the end of the lines moves away from now.
  if (known.ageMs > 0 && old === null) return;
  const scene = sceneOf(stats, nowMs);
  for (const { plan, plot } of plots) {
    const { points, words } = plan.draw(scene);
    plot.update(points, words);
  }
}

part("room", HTMLElement).textContent = room;
part("studio", HTMLAnchorElement).href = `/studio/${room}${location.hash}`;
part("watch", HTMLAnchorElement).href = `/watch/${room}${location.hash}`;
followStats({
  room,
  token: tokenSource(["rooms:stats"], room),
  handleStats,
  handleLink(next) {
    link = next;
    linkedAt = performance.now();
    tick(linkedAt);
  },
  handleUnused() {
    isUnused = true;
  },
});
setInterval(() => tick(performance.now()), tickMs);
