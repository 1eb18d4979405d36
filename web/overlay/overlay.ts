import { createDisplay } from "../../client/display/display.ts";
import { paragraphs } from "../../client/display/paragraphs.ts";
import { createCaptionView } from "../../client/element/caption-view.ts";
import { inWords } from "../../client/element/words.ts";
import { type Interim, type Link, type Status, subscribe } from "../../client/index.ts";
import { noCaptions } from "../../client/transcript.ts";
import { closedInWords } from "../../shared/words.ts";
import { part } from "../page.ts";
import { roomOfPage, tenantOfPage } from "../room.ts";
import { tokenSource } from "../token.ts";
import { cleared, type Fresh, freshAfter, freshFrom, nothingFresh } from "./fresh.ts";
import { lookOf } from "./look.ts";
import { styleOf } from "./style.ts";

/** A notice is for whoever sets the picture up, and not for long on air. */
const noticeMs = 6_000;
/** A picture in a studio runs for days: even after a refusal it tries again. */
const refusedRetryMs = 30_000;
/** Far more than ever is on the screen, and little enough to hold for days. */
const keepSegments = 1_000;

const room = roomOfPage();
const { look, problems } = lookOf(location.search);
const { style, dataset } = document.documentElement;
for (const [name, value] of Object.entries(styleOf(look))) style.setProperty(name, value);
dataset.position = look.position;
dataset.align = look.align;
dataset.speakers = look.speakers;
/** Each begins its own line, so dropping those that are out of sight moves nothing. */
const blocksKept = look.lines + 2;

const box = part("captions", HTMLElement);
const notice = part("notice", HTMLElement);
const view = createCaptionView(box);
const display = createDisplay({ mode: look.mode, onChange: draw });
let captions = noCaptions;
let fresh = nothingFresh;
let lastWords = "";
let hasShown = false;
let clearing: ReturnType<typeof setTimeout> | undefined;
let noticed: ReturnType<typeof setTimeout> | undefined;

function start(): void {
  const subscription = subscribe({
    url: location.origin,
    room,
    token: tokenSource(["captions:view"], room),
    tenant: tenantOfPage(),
    keepSegments,
    onChange(next, frame) {
      tell(subscription.link, next.status);
      captions = next;
      fresh = freshAfter(fresh, next, frame);
      display.show(next);
      draw();
    },
    onLink(link) {
      tell(link, subscription.captions.status);
      if (link.state === "closed" && link.code !== "done") setTimeout(start, refusedRetryMs);
    },
  });
}

function shownInterim(): Interim | null {
  return captions.status.state === "ended" ? null : display.displayed.interim;
}

function draw(): void {
  const interim = shownInterim();
  const words = textOf(fresh, interim);
  // The same words again (a heartbeat, a status) do not hold the picture up.
  if (words === lastWords) return;
  const blocks = paragraphs(
    fresh.segments.filter(({ kind }) => kind === "speech"),
    interim,
  );
  // Who spoke before the first one drawn is known by the one above it.
  fresh = freshFrom(fresh, blocks.at(-blocksKept - 1)?.segments[0]);
  lastWords = textOf(fresh, interim);
  view.draw(blocks.slice(-blocksKept));
  hasShown ||= words !== "";
  clearTimeout(clearing);
  clearing = setTimeout(clear, look.lingerMs);
}

function clear(): void {
  fresh = cleared(captions);
  lastWords = textOf(fresh, shownInterim());
  view.draw([]);
}

function textOf({ segments }: Fresh, interim: Interim | null): string {
  return [...segments.map(({ text }) => text), interim?.text ?? ""].join(" ").trim();
}

/** Words about connection and room belong to the operator: in the title, and in the picture only if it never worked. */
function tell(link: Link, status: Status): void {
  const { announced, tone } = inWords(link, status, hasShown);
  const isWell = link.state === "open" && tone !== "trouble";
  document.title = isWell ? `${room}: overlay` : `${room}: overlay (${announced})`;
  if (link.state === "closed" && !hasShown) notify(closedInWords(link.code, link.message));
}

function notify(words: string): void {
  notice.textContent = words;
  clearTimeout(noticed);
  noticed = setTimeout(() => notice.replaceChildren(), noticeMs);
}

if (problems.length > 0) notify(`Not understood: ${problems.join(", ")}`);
start();
