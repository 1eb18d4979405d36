import type { Spread } from "../../../shared/stats.ts";

/** Prometheus' text format, version 0.0.4. */
export const prometheusType = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;
type Sample = { readonly labels: Labels; readonly value: number };

/** Metrics as a scraper reads them, each with its help and its type. */
export class MetricsPage {
  text = "";
  readonly #labels: Labels;
  readonly #runLabels: Labels;

  /**
   * @param labels of every sample
   * @param runLabels besides, of what is counted: another run's counts are other series, and begin at zero
   */
  constructor(labels: Labels, runLabels: Labels) {
    this.#labels = labels;
    this.#runLabels = runLabels;
  }

  /** @param value `null`: not known, and not told */
  gauge(name: string, help: string, value: number | null): void {
    if (value !== null) this.#metric("gauge", name, help, [{ labels: {}, value }]);
  }

  /** A gauge with a label of its own. */
  each(name: string, help: string, samples: readonly Sample[]): void {
    this.#metric("gauge", name, help, samples);
  }

  counter(name: string, help: string, value: number): void {
    this.#metric("counter", name, help, [{ labels: this.#runLabels, value }]);
  }

  /** Milliseconds in, seconds out. Where nothing was measured there are no quantiles, but a count to start from. */
  summary(name: string, help: string, spread: Spread | null): void {
    const { count, mean } = spread ?? { count: 0, mean: 0 };
    const labels = this.#runLabels;
    const quantiles = (spread === null ? [] : quantilesOf(spread)).map((sample) => ({
      ...sample,
      labels: { ...labels, ...sample.labels },
    }));
    this.#metric("summary", name, help, quantiles);
    this.#sample(`${name}_sum`, labels, (mean * count) / 1_000);
    this.#sample(`${name}_count`, labels, count);
  }

  #metric(type: string, name: string, help: string, samples: readonly Sample[]): void {
    this.text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const { labels, value } of samples) this.#sample(name, labels, value);
  }

  #sample(name: string, labels: Labels, value: number): void {
    const all = Object.entries({ ...this.#labels, ...labels });
    const told = all.map(([label, text]) => `${label}="${escaped(text)}"`).join(",");
    this.text += `${name}{${told}} ${value}\n`;
  }
}

function quantilesOf({ p50, p95, p99 }: Spread): Sample[] {
  const told = [
    ["0.5", p50],
    ["0.95", p95],
    ["0.99", p99],
  ] as const;
  return told.map(([quantile, ms]) => ({ labels: { quantile }, value: ms / 1_000 }));
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
