"""The style sheet of the tour: system fonts, one column of text, room around everything, and a version for paper."""

STYLE = """\
:root { --ink: #1a1d21; --muted: #59616b; --line: #d5dae0; --tint: #f5f7f9; --accent: #0072b2; --code: #d55e00;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink); font: 1.0625rem/1.6 var(--sans); }
main { max-width: 70rem; margin: 0 auto; padding: 5rem 2.5rem 6rem; }

header { display: grid; grid-template-columns: minmax(0, 44rem) minmax(0, 19rem); gap: 3rem; justify-content: space-between;
  align-items: center; }
.eyebrow { margin: 0 0 1rem; color: var(--accent); font-size: .875rem; font-weight: 600; letter-spacing: .06em; }
h1 { margin: 0 0 1.5rem; font: 600 3.25rem/1.1 var(--serif); letter-spacing: -.015em; text-wrap: balance; }
.lead { margin: 0; color: var(--muted); font-size: 1.25rem; line-height: 1.55; text-wrap: pretty; }
.notice { margin: 2rem 0 0; padding: .75rem 1rem; border-left: 4px solid var(--code); background: var(--tint); }

section { margin-top: 5.5rem; }
h2 { margin: 0 0 .75rem; font: 600 1.875rem/1.25 var(--serif); letter-spacing: -.01em; }
.introduction { max-width: 44rem; margin: 0 0 2rem; color: var(--muted); }

.equation, .formula, i { font-family: var(--serif); font-variant-numeric: lining-nums; }
sub, sup { font-size: .7em; line-height: 0; }
.frac { display: inline-block; margin: 0 .15em; font-size: .8em; line-height: 1.15; text-align: center;
  vertical-align: middle; }
.frac > span { display: block; padding: 0 .25em; }
.frac > span + span { border-top: 1px solid currentColor; }

.equation { display: grid; grid-template-columns: max-content max-content 1fr; gap: 1rem 0; align-items: baseline; margin: 0;
  padding: 2.25rem 2.5rem; background: var(--tint); border-radius: .5rem; font-size: 1.5rem; }
.equation dt { text-align: right; white-space: nowrap; }
.equation dd { margin: 0 0 0 .5rem; white-space: nowrap; }
.equation dd.gloss { margin-left: 2.5rem; color: var(--muted); font: 1rem/1.45 var(--sans); white-space: normal; }

.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 3.5rem; }
article { display: flex; flex-direction: column; padding-top: 1.25rem; border-top: 2px solid var(--ink); }
h3 { margin: 0 0 1.25rem; font: 600 1.25rem/1.3 var(--sans); }
.ordinal { display: inline-block; min-width: 1.6em; color: var(--accent); }
article p { margin: 1.25rem 0 0; }
.formula { font-size: 1.3rem; }
.measured { font-size: .9375rem; }
.measured::before { content: "Measured. "; font-weight: 600; }
.constructor { display: block; margin-top: 1.25rem; padding: .75rem 1rem; background: var(--tint); border-radius: .375rem;
  color: var(--muted); font: .8125rem/1.6 var(--mono); overflow-wrap: anywhere; }
.stack { display: block; max-width: 100%; height: auto; }
.stack .bar { fill: #b9c2cc; }
.stack .code { fill: var(--code); }
.stack text { fill: var(--muted); font: 11px var(--sans); text-anchor: middle; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { padding: .75rem .5rem; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th:first-child { padding-left: 0; } td:last-child, th:last-child { padding-right: 0; }
thead th { white-space: nowrap; color: var(--muted); font-size: .8125rem; font-weight: 500;
  vertical-align: bottom; border-bottom: 2px solid var(--ink); }
tbody th { font-weight: 600; }
tbody th, tbody td.number, td span { white-space: nowrap; }
.number { text-align: right; }
.note { max-width: 52rem; margin: 1.25rem 0 0; color: var(--muted); font-size: .9375rem; }

figure { margin: 1.75rem 0 0; }
.beside { display: grid; grid-template-columns: minmax(0, 45rem) minmax(14rem, 1fr); gap: 2.5rem; }
.wide .pictures { justify-content: space-between; }
.wide figcaption { max-width: 52rem; margin-top: 1.25rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1.75rem 1.25rem; align-items: flex-start; align-content: flex-start; }
img { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: .9375rem; line-height: 1.55; }
figcaption strong { color: var(--ink); }

main > section:last-child { padding-top: 2rem; border-top: 1px solid var(--line); }
section > dl:not(.equation) { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.5rem; margin: 0; }
section > dl:not(.equation) dt { color: var(--muted); }
section > dl:not(.equation) dd { margin: 0; }

@media (max-width: 62rem) {
  .beside { grid-template-columns: 1fr; gap: 1.25rem; }
}
@media (max-width: 44rem) {
  header { grid-template-columns: 1fr; gap: 2rem; }
  .samples { max-width: 16rem; }
  thead th:first-child, tbody th { position: sticky; left: 0; background: #fff; }
  main { padding: 2.5rem 1.25rem 4rem; }
  h1 { font-size: 2.25rem; }
  section { margin-top: 4rem; }
  .equation { grid-template-columns: max-content 1fr; gap: .25rem 0; padding: 1.25rem; font-size: 1.2rem; }
  .equation dd { white-space: normal; }
  .equation dd.gloss { grid-column: 2; margin: 0 0 .75rem .5rem; font-size: .9375rem; }
}
@media print {
  @page { margin: 1.8cm; }
  html { font-size: 9.5pt; } body { font-size: 1rem; }
  main { max-width: none; padding: 0; }
  section { margin-top: 1.2cm; }
  .cards { grid-template-columns: 1fr 1fr; gap: .8cm; }
  .beside { display: block; } figcaption { margin-top: .4cm; }
  .equation, .constructor { background: none; border: 1px solid var(--line); }
  .scroll { overflow: visible; } table { font-size: .8rem; } th, td { padding: .15cm .12cm; } thead th { font-size: .75rem; }
  .wide img { max-width: 48%; }
  h2, h3, .introduction, .stack { break-after: avoid; }
  section, figure, article, tr, img, p, .equation { break-inside: avoid; }
}
"""
