import { paragraphs } from "../../client/display/paragraphs.ts";
import { createCaptionView } from "../../client/element/caption-view.ts";
import { closedInWords, inWords } from "../../client/element/words.ts";
import { type Captions, type Link, type Status, subscribe, type ViewerFrame } from "../../client/index.ts";
import { part } from "../page.ts";
import { roomOfPage, tenantOfPage } from "../room.ts";
import { tokenSource } from "../token.ts";
import { cleared, freshAfter, nothingFresh } from "./fresh.ts";
import { lookOf } from "./look.ts";

/** How long the last words stay on air. */
const lingerMs = 6_000;
/** A picture in a studio runs for days: even after a refusal it tries again. */
const refusedRetryMs = 30_000;
/** Blocks above are out of sight; each begins its own line, so dropping them moves nothing. */
const blocksKept = 4;

const room = roomOfPage();
const look = lookOf(location.search);
document.documentElement.style.setProperty("--size", look.size);
document.documentElement.style.setProperty("--lines", String(look.lines));

const box = part("captions", HTMLElement);
const notice = part("notice", HTMLElement);
const view = createCaptionView(box);
let fresh = nothingFresh;
let lastWords = "";
let hasShown = false;
let clearing: ReturnType<typeof setTimeout> | undefined;

function start(): void {
  const subscription = subscribe({
    url: location.origin,
    room,
    token: tokenSource(["captions:view"], room),
    tenant: tenantOfPage(),
    onChange: show,
    onLink(link) {
      tell(link, subscription.captions.status);
      if (link.state === "closed" && link.code !== "done") setTimeout(start, refusedRetryMs);
    },
  });

  function show(captions: Captions, frame: ViewerFrame): void {
    tell(subscription.link, captions.status);
    fresh = freshAfter(fresh, captions, frame);
    const interim = captions.status.state === "ended" ? null : captions.interim;
    const blocks = paragraphs(
      fresh.segments.filter(({ kind }) => kind === "speech"),
      interim,
    ).slice(-blocksKept);
    const words = [...fresh.segments.map(({ text }) => text), interim?.text ?? ""].join(" ").trim();
    // The same words again (a heartbeat, a status) do not hold the picture up.
    if (words === lastWords) return;
    lastWords = words;
    view.draw(blocks);
    hasShown ||= words !== "";
    clearTimeout(clearing);
    clearing = setTimeout(() => {
      fresh = cleared(subscription.captions);
      lastWords = (subscription.captions.interim?.text ?? "").trim();
      view.draw([]);
    }, lingerMs);
  }
}

/** Words about connection and room belong to the operator: in the title, and in the picture only if it never worked. */
function tell(link: Link, status: Status): void {
  const { announced, tone } = inWords(link, status, hasShown);
  const isWell = link.state === "open" && tone !== "trouble";
  document.title = isWell ? `${room}: overlay` : `${room}: overlay (${announced})`;
  if (link.state !== "closed" || hasShown) return;
  notice.textContent = closedInWords(link.code, link.message);
  setTimeout(() => notice.replaceChildren(), lingerMs);
}

start();
