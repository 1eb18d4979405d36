import { part } from "../page.ts";
import { keepSource, keptSource, sourceKind } from "./kept-source.ts";
import { createMeter } from "./meter.ts";
import { openFile } from "./sound/file.ts";
import type { SourceKind } from "./sound/level.ts";
import { listMicrophones, openMicrophone } from "./sound/microphone.ts";
import { type LiveSound, type Sound, SoundError, type SoundHooks } from "./sound/sound.ts";
import { openTab } from "./sound/tab.ts";
import { openVoice } from "./sound/voice.ts";

export type SourceChoice = {
  /**
   * The chosen sound; one that is being checked goes on air as it is. Once `signal` says that it is not wanted any more, it may
   * still come, but stopped. Throws a `SoundError`.
   */
  open(signal: AbortSignal): Promise<Sound>;
  /** While the sound is on air nothing else can be chosen. */
  setOnAir(isOnAir: boolean): void;
};

const notConnected = " (not connected)";

/**
 * The choice where the sound comes from, with its meter and the check before going on air.
 *
 * @param usual what is chosen as long as nobody has chosen
 */
export function createSourceChoice(
  form: HTMLFormElement,
  usual: SourceKind,
  handleStandstill: (ms: number) => void,
): SourceChoice {
  const fields = part("source", HTMLFieldSetElement);
  const device = part("device", HTMLSelectElement);
  const check = part("check", HTMLButtonElement);
  const said = part("check-said", HTMLElement);
  const meter = createMeter();
  const hooks: SoundHooks = { heard: meter.heard, stoodStill: handleStandstill };
  /** What is being checked. */
  let checked: LiveSound | null = null;
  let isOpening = false;

  function kind(): SourceKind {
    return sourceKind(form.querySelector<HTMLInputElement>("[name=source]:checked")?.value) ?? "voice";
  }

  function openLive(source: "microphone" | "tab"): Promise<LiveSound> {
    if (source === "tab") return openTab(hooks);
    const isCleanedUp = part("clean", HTMLInputElement).checked;
    return openMicrophone({ deviceId: device.value, isCleanedUp }, hooks);
  }

  async function begin<T extends Sound>(
    source: SourceKind,
    opening: Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const sound = await opening;
    if (signal?.aborted) {
      sound.stop();
      return sound;
    }
    meter.begin(source);
    // Only now may the browser tell what the microphones are called.
    void showMicrophones();
    return sound;
  }

  async function open(signal: AbortSignal): Promise<Sound> {
    said.textContent = "";
    const source = kind();
    if (checked !== null) {
      const sound = checked;
      checked = null;
      drawCheck();
      return sound;
    }
    switch (source) {
      case "microphone":
      case "tab":
        return begin(source, openLive(source), signal);
      case "file":
        return begin(source, openFile(part("file", HTMLInputElement).files?.[0], hooks), signal);
      case "voice":
        return begin(source, openVoice(part("words", HTMLTextAreaElement).value, hooks, signal), signal);
    }
  }

  async function startCheck(source: "microphone" | "tab"): Promise<void> {
    isOpening = true;
    said.textContent = "";
    try {
      const sound = await begin(source, openLive(source));
      if (fields.disabled || kind() !== source) {
        // Something else was chosen while the browser asked.
        sound.stop();
        return;
      }
      checked = sound;
      said.textContent = "Checking: nothing is sent. Start takes this sound on air.";
      drawCheck();
      void sound.ended.then((error) => {
        if (checked !== sound) return;
        endCheck();
        said.textContent = error?.message ?? "";
      });
    } catch (error) {
      said.textContent = error instanceof SoundError ? error.message : "The sound could not be opened.";
    } finally {
      isOpening = false;
    }
  }

  function endCheck(): void {
    if (checked === null) return;
    const sound = checked;
    checked = null;
    sound.stop();
    meter.end();
    said.textContent = "";
    drawCheck();
  }

  function drawCheck(): void {
    check.textContent = checked === null ? "Check sound" : "End check";
  }

  function showSource(): void {
    for (const panel of form.querySelectorAll<HTMLElement>("[data-source]")) {
      panel.hidden = !(panel.dataset.source ?? "").split(" ").includes(kind());
    }
  }

  async function showMicrophones(): Promise<void> {
    const found = await listMicrophones();
    const chosen = device.selectedOptions[0];
    const isGone =
      chosen !== undefined && !["", ...found.map(({ deviceId }) => deviceId)].includes(chosen.value);
    device.replaceChildren(
      new Option("The browser's default", ""),
      ...found.map(({ label, deviceId }, index) => new Option(label || `Microphone ${index + 1}`, deviceId)),
      // Whoever plugs it in again goes on air with it, and not with whatever else hears the room.
      ...(isGone
        ? [new Option(`${chosen.text.replace(notConnected, "")}${notConnected}`, chosen.value)]
        : []),
    );
    device.value = chosen?.value ?? "";
  }

  check.addEventListener("click", () => {
    const source = kind();
    if (checked !== null) endCheck();
    else if (!isOpening && (source === "microphone" || source === "tab")) void startCheck(source);
  });
  fields.addEventListener("change", () => {
    // What is checked is what was chosen before.
    endCheck();
    keepSource(kind());
    showSource();
  });
  // The type promises it; see `listMicrophones`.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  devices?.addEventListener("devicechange", () => void showMicrophones());
  const first = keptSource() ?? usual;
  for (const radio of form.querySelectorAll<HTMLInputElement>("[name=source]"))
    radio.checked = radio.value === first;
  showSource();
  void showMicrophones();

  return {
    open,
    setOnAir(isOnAir) {
      fields.disabled = isOnAir;
      if (!isOnAir && checked === null) meter.end();
    },
  };
}
