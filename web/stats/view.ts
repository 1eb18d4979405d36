import { html, nothing, render, type TemplateResult } from "lit/html.js";
import type { Alert, RoomStats } from "../../shared/stats.ts";
import { part } from "../page.ts";
import { alertInWords, isRunning, pastInWords, runningOf } from "./alert-words.ts";
import { plainNumber, timeOf } from "./figures.ts";
import { keyFiguresOf } from "./key-figures.ts";
import { counterTables, latencyRows } from "./tables.ts";

/** Writes a room's figures into the page. What has not changed is not touched, so that it can be selected. */
export function showStats(stats: RoomStats): void {
  const running = runningOf(stats.alerts);
  const over = stats.alerts.filter((alert) => !isRunning(alert));
  render(running.map(alertBox), part("alerts", HTMLElement));
  render(keyFiguresOf(stats).map(keyFigure), part("key-figures", HTMLElement));
  render([latencyTable(stats), ...counterTables(stats).map(counterTable)], part("tables", HTMLElement));
  render(pastAlerts(over), part("past-alerts", HTMLElement));
}

function alertBox(alert: Alert): TemplateResult {
  const { title, measure, todo } = alertInWords(alert);
  return html`<div class="alert">
    <p><strong>${title}</strong>: ${measure}. Since ${timeOf(alert.since)}.</p>
    <p>${todo}</p>
  </div>`;
}

function keyFigure({ name, value, note, tone }: ReturnType<typeof keyFiguresOf>[number]): TemplateResult {
  return html`<div data-tone=${tone}>
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd class="note">${note}</dd>
  </div>`;
}

function latencyTable(stats: RoomStats): TemplateResult {
  return html`<table class="latency">
    <caption>Latency in milliseconds</caption>
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col">Median</th>
        <th scope="col">95 %</th>
        <th scope="col">99 %</th>
        <th scope="col" class="extra">Times</th>
      </tr>
    </thead>
    <tbody>
      ${latencyRows(stats).map(
        ({ name, about, spread, instead }) => html`<tr>
          <th scope="row">${name} <span class="note">${about}</span></th>
          ${
            spread === null
              ? html`<td colspan="4" class="instead">${instead}</td>`
              : html`<td>${plainNumber(spread.p50)}</td><td>${plainNumber(spread.p95)}</td>
                <td>${plainNumber(spread.p99)}</td><td class="extra">${plainNumber(spread.count)}</td>`
          }
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function counterTable({ caption, rows }: ReturnType<typeof counterTables>[number]): TemplateResult {
  return html`<table>
    <caption>${caption}</caption>
    <tbody>
      ${rows.map(
        ([name, value, about]) => html`<tr>
          <th scope="row">${name} ${about === undefined ? nothing : html`<span class="note">${about}</span>`}</th>
          <td>${value}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function pastAlerts(over: readonly Alert[]): TemplateResult {
  return over.length === 0
    ? html`<p class="note">None in this session.</p>`
    : html`<ul>${over.map((alert) => html`<li>${pastInWords(alert)}</li>`)}</ul>`;
}
