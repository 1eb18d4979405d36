import uPlot from "uplot";

/**
 * How one series is drawn. The first of a kind has the first colour and is solid or filled, the next is dashed or hollow:
 * colour never says it alone. So points and the line through them look like one another.
 */
export type PlotSeries = { readonly name: string; readonly as: "line" | "points" };

export type PlotOptions = {
  readonly title: string;
  /** What an axis counts, with its unit: "ms", "characters". `from`: the axis begins there or below. */
  readonly x: { readonly label: string; readonly from?: number };
  /** `whole`: there is nothing between two whole numbers. */
  readonly y: { readonly label: string; readonly whole?: boolean };
  readonly series: readonly PlotSeries[];
};

/** One series: points in any order, several of one x as well. A `null` breaks the line there. */
export type PlotPoints = readonly (readonly [x: number, y: number | null])[];

export type Plot = {
  /**
   * Draws these points in place of those before: one list for each series.
   *
   * @param description what the picture shows, in words, for whoever does not see it
   */
  update(points: readonly PlotPoints[], description: string): void;
  /** Removes it from the page. */
  close(): void;
};

const dashes = [[], [7, 4], [2, 3]] as const;
/** 1, 2, 5, 10 … 5,000,000. */
const wholeSteps = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));
/** Whatever changes the colours of a page. */
const schemes = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];

/**
 * A plot at the end of `host`, in the page's colours and as large as its box: see `plot.css`, which the page links. It is
 * one picture for assistive technology, and has nothing to be operated. The y axis begins at 0.
 */
export function createPlot(host: HTMLElement, options: PlotOptions): Plot {
  const { title, x, y, series } = options;
  const figure = document.createElement("figure");
  figure.className = "plot";
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  const { legend, markers } = legendOf(series);
  const box = document.createElement("div");
  box.className = "plot-box";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", title);
  figure.append(caption, legend, box);
  host.append(figure);

  /** Read anew with each drawing. */
  const inkOf = (element: Element | undefined) => () => getComputedStyle(element ?? box).color;
  const rule = () => getComputedStyle(box).borderTopColor;
  const { fontFamily, fontSize } = getComputedStyle(box);
  const font = `${fontSize} ${fontFamily}`;
  const em = Number.parseFloat(fontSize);
  const axis = (label: string): uPlot.Axis => ({
    label,
    font,
    labelFont: font,
    labelSize: 1.8 * em,
    stroke: inkOf(box),
    grid: { stroke: rule, width: 1 },
    ticks: { stroke: rule, width: 1, size: 4 },
  });

  const plot = new uPlot(
    {
      ...sizeOf(box),
      // Half of the last number of the x axis stands beyond it.
      padding: [em, 2 * em, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (_, min, max) => rangeOf(Math.min(x.from ?? min ?? 0, min ?? 0), max, 0) },
        y: { range: (_, min, max) => rangeOf(Math.min(0, min ?? 0), max, 0.1) },
      },
      axes: [
        { ...axis(x.label), size: 2.2 * em, space: 4 * em },
        {
          ...axis(y.label),
          ...(y.whole === true ? { incrs: wholeSteps } : {}),
          size: (_, values) => widest(values) * 0.62 * em + 1.2 * em,
          space: 3 * em,
        },
      ],
      series: [
        {},
        ...series.map((each, index) => drawn(each, kindIndex(series, index), inkOf(markers[index]))),
      ],
    },
    aligned(series.map(() => [])),
    box,
  );

  const resizes = new ResizeObserver(() => plot.setSize(sizeOf(box)));
  resizes.observe(box);
  const scheme = schemes.map((query) => matchMedia(query));
  const redraw = (): void => plot.redraw(false);
  for (const query of scheme) query.addEventListener("change", redraw);

  return {
    update(points, description) {
      box.setAttribute("aria-label", `${title}. ${description}`);
      plot.setData(aligned(points));
    },
    close() {
      resizes.disconnect();
      for (const query of scheme) query.removeEventListener("change", redraw);
      plot.destroy();
      figure.remove();
    },
  };
}

/**
 * One row for each point, as uPlot wants them: `undefined` is not drawn and breaks no line, `null` does. It looks for the
 * first and last row by their x, so no two may have the same: what would is moved by less than can be seen.
 */
export function aligned(points: readonly PlotPoints[]): uPlot.AlignedData {
  const rows = points
    .flatMap((each, series) => each.map(([x, y]) => ({ x, y, series })))
    .sort((a, b) => a.x - b.x);
  const [first, last] = [rows[0]?.x ?? 0, rows.at(-1)?.x ?? 0];
  const step = (last - first || 1) / 1_000_000;
  let before = Number.NEGATIVE_INFINITY;
  const xs = rows.map(({ x }) => {
    before = Math.max(x, before + step);
    return before;
  });
  return [xs, ...points.map((_, series) => columnOf(rows, series))];
}

/** A line that is broken is so until its next point, over the rows of others too. */
function columnOf(
  rows: readonly { readonly y: number | null; readonly series: number }[],
  series: number,
): (number | null | undefined)[] {
  let isBroken = false;
  return rows.map((row) => {
    if (row.series !== series) return isBroken ? null : undefined;
    isBroken = row.y === null;
    return row.y;
  });
}

/** From `min` to `max`, which nothing has yet when there are no points, and some air above. */
function rangeOf(min: number, max: number | null, pad: number): uPlot.Range.MinMax {
  const top = max === null || max <= min ? min + 1 : max;
  return pad === 0 ? [min, top] : uPlot.rangeNum(min, top, pad, true);
}

function sizeOf(box: HTMLElement): { width: number; height: number } {
  // What is not shown has no size, and a plot needs one.
  return { width: Math.max(box.clientWidth, 1), height: Math.max(box.clientHeight, 1) };
}

const widest = (values: readonly string[] | null): number =>
  Math.max(2, ...(values ?? []).map((value) => value.length));

/** The how manyth of its kind it is. */
function kindIndex(series: readonly PlotSeries[], index: number): number {
  return series.slice(0, index).filter((each) => each.as === series[index]?.as).length;
}

function drawn({ name, as }: PlotSeries, ofKind: number, ink: () => string): uPlot.Series {
  if (as === "line")
    return { label: name, stroke: ink, width: 2, dash: [...(dashes[ofKind] ?? [])], points: { show: false } };
  return {
    label: name,
    stroke: ink,
    // No line.
    paths: () => null,
    points: { show: true, size: 7, width: 1.5, stroke: ink, fill: ofKind === 0 ? ink : "transparent" },
  };
}

/** Its markers have the colours that are drawn with. */
function legendOf(series: readonly PlotSeries[]): { legend: HTMLElement; markers: readonly Element[] } {
  const legend = document.createElement("ul");
  legend.className = "plot-legend";
  const markers = series.map((each, index) => {
    const marker = document.createElement("span");
    marker.className = "plot-marker";
    marker.dataset.as = each.as;
    marker.dataset.ofKind = String(kindIndex(series, index));
    const item = document.createElement("li");
    item.append(marker, each.name);
    legend.append(item);
    return marker;
  });
  return { legend, markers };
}
