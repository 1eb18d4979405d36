import { html, render, type TemplateResult } from "lit/html.js";
import * as v from "valibot";
import { CaptionwireError } from "../../client/index.ts";
import { type ReportEntry, ReportListSchema } from "../../shared/quality-report.ts";
import { noToken } from "../../shared/words.ts";
import { askRoom } from "../ask-room.ts";
import { part } from "../page.ts";
import { localToken, ownToken } from "../token.ts";
import { dateOf, lasting } from "./figures.ts";

const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A list that could not be had is asked for again, not more often. */
const retryMs = 10_000;

export type ReportList = {
  /**
   * Loads the list once for each `sessions`, anything that changes when the list does. Where that fails it is said, and a
   * later call tries again. @param now as `performance.now()` tells it
   */
  load(sessions: string, now: number): Promise<void>;
};

/** The list of a room's sessions, each with its report to be opened and to be kept. */
export function createReportList(room: string): ReportList {
  const list = part("reports", HTMLElement);
  const said = part("reports-said", HTMLElement);
  const hasOwnToken = ownToken() !== null;
  /** Of which sessions the list is shown. */
  let listed: string | null = null;
  let isLoading = false;
  let failedAt: number | null = null;

  function tell(error: unknown): void {
    said.textContent =
      error instanceof CaptionwireError ? error.message : "The service's answer could not be read.";
  }

  async function open(session: string): Promise<void> {
    said.textContent = "";
    // In the turn of the click: later, browsers take it for an advertisement.
    const opened = window.open("about:blank", "_blank");
    if (opened === null) {
      said.textContent =
        "The browser did not let a window be opened. Allow it for this page, or download the report.";
      return;
    }
    opened.opener = null;
    try {
      const ticket = await localToken({ scopes: ["rooms:stats"], room, singleUse: true });
      if (ticket === null) throw new CaptionwireError("unauthenticated", noToken);
      const query = new URLSearchParams({ ticket, tz: timeZone() });
      opened.location.replace(`/v1/rooms/${room}/reports/${session}.html?${query}`);
    } catch (error) {
      opened.close();
      tell(error);
    }
  }

  async function download(session: string, type: "html" | "json"): Promise<void> {
    said.textContent = "";
    try {
      const path = `/reports/${session}${type === "html" ? `.html?${new URLSearchParams({ tz: timeZone() })}` : ""}`;
      const answer = await askRoom(room, "rooms:stats", { path });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `${room}-${session}.${type}`;
      link.click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      tell(error);
    }
  }

  function row({ session, startedAt, endedAt }: ReportEntry): TemplateResult {
    const of = html`<span class="unseen"> of ${dateOf(startedAt)}</span>`;
    return html`<tr>
      <th scope="row">${dateOf(startedAt)}</th>
      <td>${endedAt === null ? "Still going on" : lasting(endedAt - startedAt)}</td>
      <td class="actions">
        ${
          hasOwnToken
            ? html`<button type="button" @click=${() => void download(session, "html")}>Download report${of}</button>`
            : html`<button type="button" @click=${() => void open(session)}>Open report${of}</button>`
        }
        <button type="button" @click=${() => void download(session, "json")}>Download JSON${of}</button>
      </td>
    </tr>`;
  }

  function show(entries: readonly ReportEntry[]): void {
    render(
      entries.length === 0
        ? html`<p class="note">None yet: there is one of each session, from its beginning.</p>`
        : html`<table>
            <thead>
              <tr><th scope="col">Began</th><th scope="col">Lasted</th><th scope="col">Report</th></tr>
            </thead>
            <tbody>${entries.map(row)}</tbody>
          </table>`,
      list,
    );
  }

  return {
    async load(sessions, now) {
      if (sessions === listed || isLoading || (failedAt !== null && now - failedAt < retryMs)) return;
      isLoading = true;
      try {
        const answer = await askRoom(room, "rooms:stats", { path: "/reports" });
        show(v.parse(ReportListSchema, await answer.json()).reports);
        // What was said of the latest click stays.
        if (failedAt !== null) said.textContent = "";
        failedAt = null;
        listed = sessions;
      } catch {
        failedAt = now;
        said.textContent = "The list of reports could not be had. This page goes on trying.";
      } finally {
        isLoading = false;
      }
    },
  };
}
