import { createStateLine } from "../../client/element/state-line.ts";
import type { Words } from "../../client/element/words.ts";
import { limits } from "../../shared/limits.ts";
import { part } from "../page.ts";
import { isOn, switchButton } from "../switch-button.ts";
import { chosenQuery, connectChoice } from "./choice.ts";
import { rowsOf } from "./facts.ts";
import { connectMeasuring } from "./measuring.ts";
import { filesOf, secondsOf } from "./recording.ts";
import { fetchReport, reportRows } from "./report.ts";
import { showRows } from "./rows.ts";
import { type Facts, type Run, type Stage, startRun } from "./run.ts";

const text = part("text", HTMLTextAreaElement);
const speakButton = part("speak", HTMLButtonElement);
const stopButton = part("stop", HTMLButtonElement);
const player = part("player", HTMLAudioElement);
const report = part("report", HTMLDetailsElement);
const files = part("files", HTMLElement);
const announced = part("announced", HTMLElement);
const line = createStateLine(part("state", HTMLElement), announced);
const measureLine = createStateLine(part("measure-state", HTMLElement), announced);
const numbers = new Intl.NumberFormat("en");

let run: Run | null = null;
let latest: Facts | null = null;
let isFrameAsked = false;
let isMeasuring = false;
let isSpeaking = false;
/** Of the files on offer. */
let urls: string[] = [];

const measuring = connectMeasuring({
  query: chosenQuery,
  show: (words) => measureLine.show(words),
  onBusy(isBusy) {
    isMeasuring = isBusy;
    showButtons();
  },
});

function showButtons(): void {
  switchButton(speakButton, !isSpeaking && !isMeasuring);
  switchButton(stopButton, isSpeaking);
  measuring.allow(!isSpeaking && !isMeasuring);
}

function speak(): void {
  latest = null;
  clear();
  part("result", HTMLElement).hidden = false;
  const started = startRun({
    text: text.value,
    query: chosenQuery(),
    element: player,
    onChange(stage, facts) {
      showStage(stage);
      latest = facts;
      showFacts(started);
      if (!isSpeaking) showEnd(started, facts);
    },
  });
  run = started;
  showStage({ stage: "asking" });
}

function showStage(stage: Stage): void {
  isSpeaking = stage.stage === "asking" || stage.stage === "speaking" || stage.stage === "hearing";
  line.show(stageInWords(stage));
  showButtons();
}

/** At most once a frame: audio comes in many small pieces. */
function showFacts(of: Run): void {
  if (isFrameAsked) return;
  isFrameAsked = true;
  requestAnimationFrame(() => {
    isFrameAsked = false;
    if (run !== of || latest === null) return;
    // Only a player can tell how long MP3 and Opus are.
    const told = Number.isFinite(player.duration) && player.duration > 0 ? player.duration : null;
    showRows(part("facts", HTMLElement), rowsOf(latest, secondsOf(of.recording) ?? told));
  });
}

/** What can be had once nothing more comes: files, the player, and what the service knows. */
function showEnd(ended: Run, facts: Facts): void {
  const offered = filesOf(ended.recording);
  urls = offered.map(({ blob }) => URL.createObjectURL(blob));
  files.replaceChildren(
    ...offered.map(({ name, label }, index) => {
      const link = document.createElement("a");
      link.className = "button";
      link.download = name;
      link.href = urls[index] ?? "";
      link.textContent = `Download ${label}`;
      return link;
    }),
  );
  const [playable] = urls;
  if (playable !== undefined) {
    player.src = playable;
    player.hidden = false;
  }
  if (facts.requestId !== null) void showReport(ended, facts.requestId);
}

async function showReport(ended: Run, requestId: string): Promise<void> {
  const found = await fetchReport(requestId).catch(() => null);
  if (found === null || run !== ended) return;
  showRows(part("report-rows", HTMLElement), reportRows(found));
  report.hidden = false;
}

function clear(): void {
  player.pause();
  player.removeAttribute("src");
  player.load();
  player.hidden = true;
  report.hidden = true;
  files.replaceChildren();
  part("facts", HTMLElement).replaceChildren();
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
}

function stageInWords(stage: Stage): Words {
  switch (stage.stage) {
    case "asking":
      return { announced: "Asking for speech", tone: "calm" };
    case "speaking":
      return { announced: "Speaking", tone: "live" };
    case "hearing":
      return stage.isTorn
        ? { announced: "The audio broke off; what came is still being heard", tone: "trouble" }
        : { announced: "Speaking, all of it has come", tone: "live" };
    case "finished":
      return { announced: "Finished", tone: "calm" };
    case "stopped":
      return { announced: "Stopped", tone: "calm" };
    case "failed":
      return { announced: stage.message, tone: "trouble" };
  }
}

function showLength(): void {
  // As the service counts: code points.
  const length = [...text.value].length;
  part("length", HTMLElement).textContent =
    `${numbers.format(length)} of ${numbers.format(limits.speakMaxCharacters)} characters`;
}

part("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  if (isOn(speakButton)) speak();
});
stopButton.addEventListener("click", () => {
  if (isOn(stopButton)) run?.stop();
});
text.addEventListener("input", showLength);
player.addEventListener("durationchange", () => {
  if (run !== null) showFacts(run);
});
connectChoice();
showLength();
showButtons();
