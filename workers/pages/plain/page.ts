import { html } from "hono/html";
import type { Status } from "../../../shared/captions.ts";
import { roomInWords } from "../../../shared/words.ts";
import { type Asked, addressOf, growSeconds, mayGrow, refreshes, refreshSeconds } from "./asked.ts";
import type { Clock } from "./clock.ts";
import { type Line, linesOf } from "./lines.ts";
import type { Part } from "./part.ts";

export type PageContent = {
  readonly asked: Asked;
  readonly part: Part;
  readonly status: Status;
  /** Of what is spoken, a tag (BCP 47); `null`: not known. */
  readonly language: string | null;
  readonly clock: Clock;
};

export type Html = ReturnType<typeof html>;

/**
 * The page as text in one column. It is made for a reader whose display shows one line at a time and who loses the place
 * whenever a page is fetched anew: "Read on" leads to a page that goes on with the first caption not read yet, and has
 * what was read above it. A refresh by itself does the same, and "while waiting" only when nothing is left to read.
 */
export function page(content: PageContent): Html {
  const { asked, part, status } = content;
  const seconds = refreshSeconds(asked, part.fresh.length > 0);
  const state = roomInWords(status).announced;
  return frame({
    title: `${asked.room}: captions`,
    refresh: seconds === null ? null : { seconds, address: onAddress(content) },
    script: mayGrow(asked),
    body: html`<header>
<h1>Captions of ${asked.room}</h1>
<p class="state">${state}.</p>
</header>
<main>
${earlierLink(content)}${column(content)}${onLink(content, state)}</main>
<nav aria-label="How this page behaves">
${choices(content)}</nav>`,
  });
}

export type FrameContent = {
  readonly title: string;
  readonly refresh: { readonly seconds: number; readonly address: string } | null;
  readonly script: boolean;
  readonly body: Html;
};

export function frame({ title, refresh, script, body }: FrameContent): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${refresh === null ? "" : html`<meta http-equiv="refresh" content="${refresh.seconds}; url=${refresh.address}">\n`}<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/plain.css">
${script ? html`<script type="module" src="/plain.js"></script>\n` : ""}</head>
<body>
${body}
</body>
</html>
`;
}

const newest = { kind: "newest" } as const;

function earlierLink({ asked, part }: PageContent): Html | "" {
  const first = part.read[0] ?? part.fresh[0];
  if (!part.hasEarlier || first === undefined) return "";
  const address = addressOf({ ...asked, from: { kind: "before", place: first }, step: 0 });
  return html`<p><a href="${address}">Earlier captions</a></p>\n`;
}

function column(content: PageContent): Html {
  const { part, language } = content;
  const lines = linesOf([...part.read, ...part.fresh], part.before);
  // What is spoken is not in the language of the page; an empty tag says that its language is not known.
  return html`<div id="captions" lang="${language ?? ""}">
${lines.map((line, index) => paragraph(content, line, index === part.read.length))}</div>
`;
}

/** The first that is new is where a reader goes on: a fragment leads to it, and it can be given the focus. */
function paragraph({ asked, clock }: PageContent, { kind, text, at }: Line, isFirst: boolean): Html {
  const place = isFirst ? html` id="new" tabindex="-1"` : "";
  // Words of ours are English, whatever is spoken.
  const language = kind === "gap" ? html` lang="en"` : "";
  const time = asked.times
    ? html`<time datetime="${new Date(at).toISOString()}">${clock.timeOf(at)}</time> `
    : "";
  return html`<p class="${kind}" dir="auto"${place}${language}>${time}${text}</p>\n`;
}

function onLink(content: PageContent, state: string): Html {
  const { asked, part, status } = content;
  if (asked.from.kind === "before") {
    return html`<p class="on"><a href="${onAddress(content)}">Read on</a></p>
<p class="on"><a href="${addressOf({ ...asked, from: newest, step: 0 })}">Newest captions</a></p>
`;
  }
  const nothing = part.fresh.length === 0;
  const place = nothing ? html` id="new" tabindex="-1"` : "";
  const words = nothing ? "Nothing new yet. " : part.hasLater ? "There is more. " : "";
  return html`<p${place} class="on"><span class="told">${words}</span><span class="state">${state}.</span> <a id="on" data-seconds="${growSeconds(status)}" href="${onAddress(content)}">Read on</a></p>\n`;
}

/** The rest of the transcript, where it begins. Where nothing is shown, that is where the reader has been already. */
function onAddress({ asked, part }: PageContent): string {
  const known = asked.from.kind === "newest" ? undefined : asked.from.place;
  const place = part.fresh.at(-1) ?? part.read.at(-1) ?? known;
  const from = place === undefined ? newest : ({ kind: "after", place } as const);
  return `${addressOf({ ...asked, from, step: asked.step + 1 })}#new`;
}

const refreshWords: Readonly<Record<Asked["refresh"], string>> = {
  off: "off",
  waiting: "while waiting",
  "5": "every 5 s",
  "10": "every 10 s",
  "30": "every 30 s",
};

function choices({ asked, clock }: PageContent): Html {
  const refreshLinks = refreshes.map((refresh) =>
    choice(asked.refresh === refresh, addressOf({ ...asked, refresh }), refreshWords[refresh]),
  );
  const timeLinks = [
    choice(!asked.times, addressOf({ ...asked, times: false }), "off"),
    choice(asked.times, addressOf({ ...asked, times: true }), `on (${clock.zone})`),
  ];
  return html`<p>Refresh: ${refreshLinks}</p>
<p>Times: ${timeLinks}</p>
`;
}

function choice(isChosen: boolean, address: string, words: string): Html {
  return isChosen
    ? html`<a href="${address}" aria-current="true">${words} (chosen)</a> `
    : html`<a href="${address}">${words}</a> `;
}
