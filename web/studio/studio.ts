import { LiveCaptions } from "../../client/element/live-captions.ts";
import { createStateLine } from "../../client/element/state-line.ts";
import type { Captions, Link, Segment } from "../../client/index.ts";
import { part } from "../page.ts";
import { roomOfPage } from "../room.ts";
import { isOn, switchButton } from "../switch-button.ts";
import { tokenSource } from "../token.ts";
import { type Broadcast, broadcast } from "./broadcast.ts";
import { createCorrectionList, howToCorrect, onlyToRead } from "./correction-list.ts";
import { gapChanges } from "./history.ts";
import { createHistoryView } from "./history-view.ts";
import { createLatencyWatch } from "./latency.ts";
import { createLatencyView } from "./latency-view.ts";
import { accessInWords, connectCopyButtons, showLinks } from "./links.ts";
import { mayTry, rightsIn, rightsInWords } from "./rights.ts";
import { readOverrides } from "./settings-form.ts";
import { createSettingsPanel } from "./settings-panel.ts";
import { createSourceChoice } from "./source.ts";
import { isUnderWay, mayStop, type Stage, stageInWords } from "./stage.ts";

const latencyEveryMs = 1_000;
const { title } = document;

const rights = rightsIn(location.hash);
const form = part("form", HTMLFormElement);
const roomField = part("room", HTMLInputElement);
const overrides = part("overrides", HTMLFieldSetElement);
const startButton = part("start", HTMLButtonElement);
const stopButton = part("stop", HTMLButtonElement);
const takeoverButton = part("takeover", HTMLButtonElement);
const firstNote = part("first", HTMLElement);
const audienceNote = part("audience", HTMLElement);
const line = createStateLine(part("broadcast", HTMLElement), part("broadcast-announced", HTMLElement));

const history = createHistoryView();
const latencyView = createLatencyView();
// Whoever comes with a link has viewers, to whom the demo voice has nothing to say.
const usualSource = rights.kind === "link" ? "microphone" : "voice";
const source = createSourceChoice(form, usualSource, (stoodStillMs) =>
  history.add({ of: "sound", stoodStillMs }),
);
const corrections = createCorrectionList(
  part("corrections-scroller", HTMLElement),
  part("corrections", HTMLElement),
);
const seen = part("captions", LiveCaptions);
const settingsPanel = createSettingsPanel(rights, (settings) => {
  part("access", HTMLElement).textContent = accessInWords(settings, rights);
});

/** The one that was entered last; its field may hold half of another name. */
let room = "";
let current: Broadcast | null = null;
let latency = createLatencyWatch();
let isOnAir = false;
/** Whose settings are shown. */
let settingsRoom: string | null = null;
/** Of the room, as it was told last; `null` before the first time. */
let segments: readonly Segment[] | null = null;

function handleStage(stage: Stage): void {
  isOnAir = isUnderWay(stage);
  history.add({ of: "studio", stage });
  const mayTakeOver =
    stage.stage === "failed" && stage.code === "publisher_present" && mayTry(rights, "rooms:admin", room);
  switchButton(startButton, !isOnAir);
  switchButton(stopButton, mayStop(stage));
  stopButton.textContent = stage.stage === "finishing" && mayStop(stage) ? "Give up" : "Stop";
  // It would vanish under the focus.
  if (!mayTakeOver && document.activeElement === takeoverButton) stopButton.focus();
  takeoverButton.hidden = !mayTakeOver;
  roomField.disabled = isOnAir;
  overrides.disabled = isOnAir;
  source.setOnAir(isOnAir);
  if (!isOnAir) audienceNote.hidden = true;
  const words = stageInWords(stage);
  line.show(words);
  // Whoever looks at another tab, the one that is shared for instance, sees this.
  document.title = stage.stage === "ready" ? title : `${words.announced} – ${title}`;
}

function handleAudience(viewers: number): void {
  audienceNote.hidden = false;
  audienceNote.textContent = viewers === 1 ? "1 viewer" : `${viewers} viewers`;
}

function handleCaptions(captions: Captions): void {
  corrections.draw(captions.segments);
  if (segments !== null) gapChanges(segments, captions.segments).forEach(history.add);
  segments = captions.segments;
  if (current === null || current.session === null) return;
  latency.heard(captions, current.session, current.publishedMs, performance.now());
  showFirstCaption(current, captions);
}

function handleLink(link: Link): void {
  history.add({ of: "captions", link });
  // A room that nobody has used is made for its first viewer, and can be asked for its settings then.
  if (settingsRoom !== room && link.state !== "connecting") {
    settingsRoom = room;
    settingsPanel.enter(room);
  }
}

function showFirstCaption({ session, spokenAt }: Broadcast, captions: Captions): void {
  if (spokenAt === null || !firstNote.hidden) return;
  const isOurs = captions.session?.id === session;
  const hasWords = captions.interim !== null || captions.segments.at(-1)?.session === session;
  if (!isOurs || !hasWords) return;
  const seconds = (performance.now() - spokenAt) / 1000;
  firstNote.textContent = `First caption ${seconds.toFixed(1)} s after the first sound`;
  firstNote.hidden = false;
}

function start(takeover: boolean): void {
  if (isOnAir) return;
  firstNote.hidden = true;
  // Before the fields are switched off: a form leaves out what is disabled.
  const reading = readOverrides(new FormData(form));
  if (reading.kind === "problem") {
    part("overrides-details", HTMLDetailsElement).open = true;
    handleStage({ stage: "failed", code: null, message: reading.message, wasOnAir: false });
    // What was unfolded has pushed it away.
    part("broadcast", HTMLElement).scrollIntoView({ block: "nearest" });
    return;
  }
  latency = createLatencyWatch();
  current = broadcast({
    room,
    recognition: reading.value,
    takeover,
    open: source.open,
    handleStage,
    handleAudience,
  });
}

function enterRoom(): void {
  room = roomField.value;
  segments = null;
  showLinks(room, rights);
  const mayCorrect = mayTry(rights, "captions:edit", room);
  part("correct-note", HTMLElement).textContent = mayCorrect ? howToCorrect : onlyToRead;
  corrections.enter(room, mayCorrect);
  seen.tokenSource = tokenSource(["captions:view"], room);
  seen.room = room;
  // What became of the last broadcast was said of another room.
  handleStage({ stage: "ready" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start(event.submitter === takeoverButton);
});
stopButton.addEventListener("click", () => {
  if (isOn(stopButton)) current?.stop();
});
roomField.addEventListener("input", () => {
  // It was offered for another room.
  takeoverButton.hidden = true;
});
roomField.addEventListener("change", () => {
  if (roomField.checkValidity()) enterRoom();
});
seen.addEventListener("captions", () => handleCaptions(seen.captions));
seen.addEventListener("link", () => handleLink(seen.link));
addEventListener("beforeunload", (event) => {
  if (!isOnAir) return;
  event.preventDefault();
  // Chrome and Edge before 119, and Safari of that time, ask for nothing else.
  event.returnValue = true;
});
setInterval(() => {
  const now = performance.now();
  latencyView.draw(latency.lags(now), now);
}, latencyEveryMs);

const rightsNote = part("rights", HTMLElement);
rightsNote.textContent = rightsInWords(rights, Date.now());
rightsNote.hidden = rightsNote.textContent === "";
roomField.value =
  rights.kind === "link" && rights.room !== null && !rights.room.endsWith("*") ? rights.room : roomOfPage();
connectCopyButtons();
enterRoom();
