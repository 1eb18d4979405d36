import { html } from "hono/html";

export type Html = ReturnType<typeof html>;

/** Values of equal stretches of time, one behind the other; `null`: nothing was measured. */
type Values = readonly (number | null)[];

export type Chart = {
  readonly title: string;
  /** What a reader who does not see it has to know. */
  readonly told: string;
  readonly unit: string;
  readonly bars: readonly {
    readonly name: string;
    readonly look: "plain" | "soft" | "bad";
    readonly values: Values;
  }[];
  readonly line?: { readonly name: string; readonly values: Values };
  readonly limit?: { readonly name: string; readonly value: number };
  /** Stretches to look at, marked along the upper edge. */
  readonly marks?: { readonly name: string; readonly at: readonly boolean[] };
  readonly axis: Axis;
};

/** What the horizontal extent is: `stretches` of them, and times of day at equal distances from edge to edge. */
export type Axis = { readonly stretches: number; readonly times: readonly string[] };

/**
 * A chart whose shapes stretch with the page, and whose words do not: they stand around it as text, at the size of all text.
 */
export function chart(content: Chart): Html {
  const { title, told, unit, axis } = content;
  const top = niceTop(Math.max(...valuesIn(content)));
  return html`<figure class="chart">
<figcaption><h3>${title}</h3>
<p class="key">${keyOf(content)}</p></figcaption>
<div class="plot">
<div class="scale" aria-hidden="true"><span>${top} ${unit}</span><span>${top / 2}</span><span>0</span></div>
<svg role="img" viewBox="0 0 ${axis.stretches} 100" preserveAspectRatio="none"><title>${told}</title>
<path class="grid" d="M0 0H${axis.stretches}M0 50H${axis.stretches}M0 100H${axis.stretches}"/>
${shapesOf(content, top)}</svg>
<div class="times" aria-hidden="true">${axis.times.map((time) => html`<span>${time}</span>`)}</div>
</div>
</figure>
`;
}

function valuesIn({ bars, line, limit }: Chart): number[] {
  const all = [...bars.flatMap(({ values }) => values), ...(line?.values ?? []), limit?.value ?? 0];
  return [0, ...all.filter((value) => value !== null)];
}

function shapesOf({ bars, line, limit, marks, axis }: Chart, top: number): Html[] {
  const y = (value: number): number => rounded(100 - (100 * value) / top);
  return [
    ...bars.map(({ look, values }) => html`<path class="bar ${look}" d="${barsPath(values, y)}"/>\n`),
    ...(line === undefined ? [] : [html`<path class="line" d="${linePath(line.values, y)}"/>\n`]),
    ...(limit === undefined
      ? []
      : [html`<path class="limit" d="M0 ${y(limit.value)}H${axis.stretches}"/>\n`]),
    ...(marks === undefined ? [] : [html`<path class="mark" d="${marksPath(marks.at)}"/>\n`]),
  ];
}

/** One path for all: a day of minutes need not be a thousand elements. */
function barsPath(values: Values, y: (value: number) => number): string {
  return values
    .map((value, at) => (value === null || value <= 0 ? "" : `M${at + 0.1} 100V${y(value)}H${at + 0.9}V100Z`))
    .join("");
}

/** Level through each stretch. */
function linePath(values: Values, y: (value: number) => number): string {
  return values
    .map((value, at) => {
      if (value === null) return "";
      return `${at > 0 && values[at - 1] !== null ? "L" : "M"}${at} ${y(value)}H${at + 1}`;
    })
    .join("");
}

function marksPath(at: readonly boolean[]): string {
  return at.map((isMarked, index) => (isMarked ? `M${index} 0H${index + 1}V5H${index}Z` : "")).join("");
}

/** Each look with its name. */
function keyOf({ bars, line, limit, marks }: Chart): Html[] {
  return [
    ...bars.map(({ look, name }) => entry(`bar ${look}`, "M1 1H19V11H1Z", name)),
    ...(line === undefined ? [] : [entry("line", "M0 9H8V3H20", line.name)]),
    ...(limit === undefined ? [] : [entry("limit", "M0 6H20", limit.name)]),
    ...(marks === undefined ? [] : [entry("mark", "M0 0H20V4H0Z", marks.name)]),
  ];
}

function entry(look: string, path: string, name: string): Html {
  return html`<span><svg aria-hidden="true" viewBox="0 0 20 12"><path class="${look}" d="${path}"/></svg> ${name}</span> `;
}

/** Something happened from one moment to another. */
export type Happening = { readonly start: number; readonly end: number };

/** Kinds of happenings along the same time, each in a lane of its own. */
export function lanes(
  all: readonly { name: string; happenings: readonly Happening[] }[],
  ms: number,
  axis: Axis,
): Html {
  return html`<div class="lanes">
${all.map(
  ({ name, happenings }) => html`<div class="lane"><span>${name}: ${happenings.length}</span>
<svg aria-hidden="true" viewBox="0 0 1000 10" preserveAspectRatio="none"><path class="ground" d="M0 0H1000V10H0Z"/><path class="bar bad" d="${lanePath(happenings, ms)}"/></svg></div>\n`,
)}<div class="times" aria-hidden="true">${axis.times.map((time) => html`<span>${time}</span>`)}</div>
</div>
`;
}

/** However short, it is seen. */
function lanePath(happenings: readonly Happening[], ms: number): string {
  return happenings
    .map(({ start, end }) => {
      const from = Math.min(994, (1_000 * start) / ms);
      const to = Math.min(1_000, Math.max(from + 6, (1_000 * end) / ms));
      return `M${rounded(from)} 0H${rounded(to)}V10H${rounded(from)}Z`;
    })
    .join("");
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The next number that is easy to read, and so is its half. */
function niceTop(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const factor = [1, 2, 3, 4, 5, 6, 8, 10].find((one) => one * unit >= value) ?? 10;
  return factor * unit;
}
