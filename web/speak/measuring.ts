import type { Words } from "../../client/element/words.ts";
import { counted } from "../../shared/counted.ts";
import { part } from "../page.ts";
import { createPlot, type Plot } from "../plot.ts";
import { isOn, switchButton } from "../switch-button.ts";
import { inMs } from "./facts.ts";
import { type Measurement, measure } from "./measure.ts";
import { charactersOf, measurePlan } from "./measure-plan.ts";
import { pictureOf } from "./picture.ts";
import { inWords } from "./run.ts";

const rounds = part("rounds", HTMLInputElement);
const startButton = part("measure", HTMLButtonElement);
const stopButton = part("measure-stop", HTMLButtonElement);
const progress = part("progress", HTMLProgressElement);
const measured = part("measured", HTMLElement);

export type MeasuringOptions = {
  query(): Record<string, string>;
  show(words: Words): void;
  /** Nothing else may be asked for meanwhile. */
  onBusy(isBusy: boolean): void;
};

/** The part of the page that measures. */
export function connectMeasuring({ query, show, onBusy }: MeasuringOptions): {
  allow(isAllowed: boolean): void;
} {
  let stopping: AbortController | null = null;
  let plot: Plot | null = null;

  async function start(): Promise<void> {
    stopping = new AbortController();
    const { signal } = stopping;
    const plan = measurePlan(rounds.valueAsNumber);
    onBusy(true);
    switchButton(stopButton, true);
    progress.hidden = false;
    progress.max = plan.length;
    progress.value = 0;
    show({ announced: "Measuring", tone: "live" });
    try {
      await measure({ plan, query: query(), signal, onProgress: showProgress });
      show({ announced: signal.aborted ? "Measuring was stopped" : "Measured", tone: "calm" });
    } catch (error) {
      show({ announced: inWords(error), tone: "trouble" });
    } finally {
      stopping = null;
      progress.hidden = true;
      switchButton(stopButton, false);
      onBusy(false);
    }
  }

  function showProgress(done: number, measurements: readonly Measurement[]): void {
    progress.value = done;
    if (measurements.length === 0) return;
    measured.hidden = false;
    plot ??= newPlot();
    const { points, words } = pictureOf(measurements);
    plot.update(points, words.join(" "));
    part("words", HTMLElement).replaceChildren(...words.map((each) => inElement("p", each)));
    part("requests", HTMLElement).replaceChildren(...measurements.map(rowOf));
  }

  function showCost(): void {
    const text = rounds.checkValidity()
      ? counted(charactersOf(measurePlan(rounds.valueAsNumber)), "character")
      : "";
    part("cost", HTMLElement).textContent = text && `${text} are spoken for it.`;
  }

  part("measure-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    if (isOn(startButton)) void start();
  });
  stopButton.addEventListener("click", () => stopping?.abort());
  rounds.addEventListener("input", showCost);
  switchButton(stopButton, false);
  showCost();
  return { allow: (isAllowed) => switchButton(startButton, isAllowed) };
}

function newPlot(): Plot {
  return createPlot(part("plot", HTMLElement), {
    title: "Milliseconds by length of the text",
    x: { label: "characters", from: 0 },
    y: { label: "ms" },
    series: [
      { name: "first byte", as: "points" },
      { name: "whole answer", as: "points" },
      { name: "line of the first bytes", as: "line" },
      { name: "line of the whole answers", as: "line" },
    ],
  });
}

function rowOf({ characters, firstByteMs, totalMs }: Measurement): HTMLElement {
  const row = document.createElement("tr");
  row.append(
    ...[counted(characters, "", ""), inMs(firstByteMs), inMs(totalMs)].map((each) => inElement("td", each)),
  );
  return row;
}

function inElement(name: "p" | "td", text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
