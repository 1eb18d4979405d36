import { LiveCaptions } from "../../client/element/live-captions.ts";
import { createStateLine } from "../../client/element/state-line.ts";
import type { Captions } from "../../client/index.ts";
import { part } from "../page.ts";
import { tokenSource } from "../token.ts";
import { type Broadcast, broadcast, type Stage, stageInWords } from "./broadcast.ts";
import { openFile } from "./file.ts";
import { connectCopyButtons, showLinks } from "./links.ts";
import { listMicrophones, openMicrophone } from "./microphone.ts";
import { readRecognition } from "./recognition.ts";
import type { Sound } from "./sound.ts";
import { openVoice } from "./voice.ts";

const form = part("form", HTMLFormElement);
const roomField = part("room", HTMLInputElement);
const words = part("words", HTMLTextAreaElement);
const device = part("device", HTMLSelectElement);
const file = part("file", HTMLInputElement);
const recognitionFields = part("recognition", HTMLFieldSetElement);
const startButton = part("start", HTMLButtonElement);
const stopButton = part("stop", HTMLButtonElement);
const firstNote = part("first", HTMLElement);
const seen = part("captions", LiveCaptions);
const line = createStateLine(part("broadcast", HTMLElement), part("broadcast-announced", HTMLElement));

let current: Broadcast | null = null;
let isOnAir = false;

function openSource(): Promise<Sound> {
  switch (new FormData(form).get("source")) {
    case "microphone":
      return openMicrophone(device.value);
    case "file":
      return openFile(file.files?.[0]);
    default:
      return openVoice(words.value);
  }
}

function showSource(): void {
  const chosen = new FormData(form).get("source");
  for (const panel of form.querySelectorAll<HTMLElement>("[data-source]")) {
    panel.hidden = panel.dataset.source !== chosen;
  }
}

function showStage(stage: Stage): void {
  isOnAir = stage.stage === "opening" || stage.stage === "on-air" || stage.stage === "finishing";
  // Focus would be lost with a button that is switched off under it.
  const hadFocus = document.activeElement === startButton || document.activeElement === stopButton;
  startButton.disabled = isOnAir;
  stopButton.disabled = !isOnAir || stage.stage === "finishing";
  roomField.disabled = isOnAir;
  recognitionFields.disabled = isOnAir;
  if (hadFocus && document.activeElement === document.body)
    (startButton.disabled ? stopButton : startButton).focus();
  line.show(stageInWords(stage));
  // Only now may the browser tell what the microphones are called.
  if (stage.stage === "on-air") void showMicrophones();
}

function showFirstCaption(captions: Captions): void {
  if (current === null || current.spokenAt === null || current.session === null || !firstNote.hidden) return;
  const isOurs = captions.session?.id === current.session;
  const hasWords = captions.interim !== null || captions.segments.at(-1)?.session === current.session;
  if (!isOurs || !hasWords) return;
  const seconds = (performance.now() - current.spokenAt) / 1000;
  firstNote.textContent = `First caption ${seconds.toFixed(1)} s after the first sound`;
  firstNote.hidden = false;
}

function enterRoom(): void {
  const room = roomField.value;
  showLinks(room);
  seen.tokenSource = tokenSource(["captions:view"], room);
  seen.room = room;
}

async function showMicrophones(): Promise<void> {
  const chosen = device.value;
  const found = await listMicrophones();
  device.replaceChildren(
    new Option("The browser's default", ""),
    ...found.map(({ label, deviceId }, index) => new Option(label || `Microphone ${index + 1}`, deviceId)),
  );
  device.value = found.some(({ deviceId }) => deviceId === chosen) ? chosen : "";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (isOnAir) return;
  firstNote.hidden = true;
  // Before the fields are switched off: a form leaves out what is disabled.
  const reading = readRecognition(new FormData(form));
  if (reading.kind === "problem") showStage({ stage: "failed", message: reading.message });
  else current = broadcast(roomField.value, reading.recognition, openSource, showStage);
});
stopButton.addEventListener("click", () => current?.stop());
form.addEventListener("change", (event) => {
  showSource();
  if (event.target === roomField && roomField.checkValidity()) enterRoom();
});
addEventListener("beforeunload", (event) => {
  if (isOnAir) event.preventDefault();
});

seen.addEventListener("captions", () => showFirstCaption(seen.captions));
connectCopyButtons();
showSource();
showStage({ stage: "ready" });
enterRoom();
void showMicrophones();
