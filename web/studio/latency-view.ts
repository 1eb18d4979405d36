import { part } from "../page.ts";
import { createPlot, type PlotPoints } from "../plot.ts";
import { type Lag, latencyInWords, windowMs } from "./latency.ts";

/** Draws the lags of the last minutes, and says in words what the picture shows. */
export function createLatencyView(): { draw(lags: readonly Lag[], nowMs: number): void } {
  const words = part("latency-words", HTMLElement);
  const plot = createPlot(part("latency", HTMLElement), {
    title: "Captions behind the sound",
    x: { label: "seconds until now", from: -windowMs / 1000 },
    y: { label: "ms" },
    series: [
      { name: "first seen", as: "line" },
      { name: "final", as: "points" },
    ],
  });

  return {
    draw(lags, nowMs) {
      const pointsOf = (kind: Lag["kind"]): PlotPoints => [
        ...lags
          .filter((lag) => lag.kind === kind)
          .map(({ atMs, ms }) => [(atMs - nowMs) / 1000, ms] as const),
        // The axis ends now, also when nothing has come for a while.
        [0, null],
      ];
      const said = latencyInWords(lags);
      if (words.textContent !== said) words.textContent = said;
      plot.update([pointsOf("interim"), pointsOf("final")], said);
    },
  };
}
