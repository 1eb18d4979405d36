/** The document's only style, allowed by its hash. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --panel: #ffffff; --ink: #1a1b1c; --soft: #55585c; --rule: #c9c8c2;
  --plain: #0a559e; --pale: #6494c4; --line: #1a1b1c; --bad: #9a3d00; --limit: #55585c;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Open Sans", sans-serif;
  color: var(--ink); background: var(--ground);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121416; --panel: #1b1e21; --ink: #f2f1ed; --soft: #b4b8bd; --rule: #43484e;
    --plain: #4f9be6; --pale: #4a76a5; --line: #f2f1ed; --bad: #ffb060; --limit: #b4b8bd;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .5rem 0; max-width: 44rem; }
.about, .note { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.verdict { font-size: 1.2rem; line-height: 1.4; margin: 1.25rem 0; }
.verdict p { margin: .25rem 0; }
ul { margin: .5rem 0; padding-left: 1.25rem; max-width: 44rem; }
li { margin: .15rem 0; }
.chart { margin: 1.25rem 0 2rem; }
.key { display: flex; flex-wrap: wrap; gap: 0 1rem; color: var(--soft); font-size: .9rem; margin: .1rem 0 .5rem; max-width: none; }
.key svg { width: 1.25rem; height: .75rem; }
.plot { display: grid; grid-template: 9rem auto / 4.5rem 1fr; column-gap: .5rem; }
.scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
.scale, .times { color: var(--soft); font-size: .85rem; line-height: 1; font-variant-numeric: tabular-nums; }
.scale { margin: -.42rem 0; }
.plot svg { width: 100%; height: 100%; overflow: visible; }
.times { grid-column: 2; display: flex; justify-content: space-between; padding-top: .4rem; }
.times span { width: 0; display: flex; justify-content: center; }
.times span:first-child { justify-content: flex-start; }
.times span:last-child { justify-content: flex-end; }
.grid { stroke: var(--rule); stroke-width: 1; fill: none; vector-effect: non-scaling-stroke; }
.bar.plain { fill: var(--plain); }
.bar.soft { fill: var(--pale); }
.bar.bad, .mark { fill: var(--bad); }
.line, .limit { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.line { stroke: var(--line); }
.limit { stroke: var(--limit); stroke-dasharray: 5 4; }
.lanes { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem .75rem; align-items: center; }
.lane { display: contents; }
.lane svg { width: 100%; height: 1rem; }
.ground { fill: var(--panel); stroke: var(--rule); stroke-width: 1; vector-effect: non-scaling-stroke; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .25rem 0; }
.wide { overflow-x: auto; margin: .5rem 0; background:
  linear-gradient(to right, var(--ground) 50%, transparent) 0 0 / 3rem 100% local,
  linear-gradient(to left, var(--ground) 50%, transparent) 100% 0 / 3rem 100% local,
  linear-gradient(to right, var(--rule), transparent) 0 0 / 1rem 100% scroll,
  linear-gradient(to left, var(--rule), transparent) 100% 0 / 1rem 100% scroll;
  background-repeat: no-repeat; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--rule); vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; font-weight: inherit; }
thead th { color: var(--soft); font-weight: 600; }
td { white-space: nowrap; }
:focus-visible { outline: 3px solid var(--plain); outline-offset: 2px; }
@media (max-width: 36rem) {
  .plot { grid-template-columns: 1fr; grid-template-rows: auto 9rem auto; }
  .scale { grid-area: 1 / 1; flex-direction: row; justify-content: flex-start; margin: 0 0 .4rem; }
  .scale span + span { display: none; }
  .times { grid-column: 1; }
  .lanes { grid-template-columns: 1fr; }
  .latency th, .latency td { padding-inline: .3rem 0; }
  .latency th:last-child, .latency td:last-child { display: none; }
}
@media (forced-colors: active) {
  svg { forced-color-adjust: none; }
  :root { --rule: GrayText; --plain: LinkText; --pale: Canvas; --line: CanvasText; --bad: CanvasText; --limit: CanvasText; --panel: Canvas; }
  .bar.soft { stroke: CanvasText; stroke-width: 1; vector-effect: non-scaling-stroke; }
}
@media print {
  :root { color-scheme: light; font-size: 10pt; background: none; }
  * { print-color-adjust: exact; }
  body { max-width: none; padding: 0; }
  figure, .lanes, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .wide { overflow: visible; background: none; }
  table { font-size: .75rem; }
}
@media print { details::details-content { content-visibility: visible; display: block; block-size: auto; } }
`;
