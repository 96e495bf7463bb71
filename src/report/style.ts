/** Style sheet of every report page: light and dark by the reader's preference, a phone's width, paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf9; --raised: #ffffff; --ink: #1d1c1a; --muted: #68635b; --line: #dfdad1;
  --right: #2a69b0; --wrong: #bd5216; --right-cell: #5f9ae0; --wrong-cell: #e8935a;
  --series-a: #2a69b0; --series-b: #bd5216; --series-c: #2f7d4f; --series-d: #8a4fa8; --series-e: #6b665e; --series-f: #a8871a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161513; --raised: #1e1d1a; --ink: #ebe7e0; --muted: #a39d92; --line: #3b3833;
    --right: #77aeea; --wrong: #f09a5c; --right-cell: #2f63a0; --wrong-cell: #a04c1a;
    --series-a: #77aeea; --series-b: #f09a5c; --series-c: #6fc793; --series-d: #c99ae2; --series-e: #a39d92; --series-f: #dcc05c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; -webkit-text-size-adjust: 100%;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.lead, .note, figcaption, dd small { color: var(--muted); }
.note, figcaption, dd small { font-size: .875rem; }
section { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.warning { border-left: 3px solid var(--wrong); padding-left: .75rem; margin-top: 1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.figures div { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.figures dt { color: var(--muted); font-size: .875rem; }
.figures dd { margin: 0; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figures dd small { display: block; line-height: 1.35; }
.columns { display: grid; gap: 1rem 2.5rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
@media (min-width: 50rem) { .columns { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
figure { margin: .5rem 0; }
svg.chart { display: block; max-width: 100%; height: auto; overflow: visible; --plot-background: var(--paper); }
svg.chart text { white-space: pre; }
.columns svg.chart { width: 100%; max-width: 30rem; }
.finding { font-size: 1.1rem; max-width: 46rem; margin: 1rem 0; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; } .legend svg { margin-right: .4rem; vertical-align: middle; }
button.copy { font: inherit; font-size: .8rem; color: var(--muted); background: none; border: 1px solid var(--line); border-radius: 4px; padding: .1rem .5rem; margin-top: .3rem; cursor: pointer; }
.scroll { overflow-x: auto; }
.narrow { display: none; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .4rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td { white-space: nowrap; }
th.name, td.name { text-align: left; white-space: normal; overflow-wrap: break-word; min-width: 5rem; }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
th button { all: unset; cursor: pointer; color: inherit; font: inherit; }
th button:focus-visible, summary:focus-visible { outline: 2px solid var(--right); outline-offset: 2px; }
th[aria-sort="ascending"] button::after { content: " ▲"; font-size: .7em; }
th[aria-sort="descending"] button::after { content: " ▼"; font-size: .7em; }
summary { cursor: pointer; }
.errors { list-style: none; margin: 0; padding: 0; }
.errors li { overflow-wrap: anywhere; border-bottom: 1px solid var(--line); padding: .6rem 0; }
.errors p { margin: 0 0 .2rem; max-width: none; }
.errors details > p { white-space: pre-wrap; margin-top: .5rem; padding-left: .75rem; border-left: 2px solid var(--line); }
.said { color: var(--wrong); } .true { color: var(--right); }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .15rem 1rem; font-size: .9rem; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) {
  table { font-size: .8rem; } th, td { padding: .3rem .2rem; } th.name, td.name { min-width: 4.5rem; }
}
@page { margin: 1.5cm; }
@media print {
  button.copy { display: none; }
  :root { color-scheme: light; --paper: #fff; --raised: #fff; --ink: #000; --muted: #555; --line: #ccc; --right: #2a69b0; --wrong: #bd5216;
    --right-cell: #5f9ae0; --wrong-cell: #e8935a;
    --series-a: #2a69b0; --series-b: #bd5216; --series-c: #2f7d4f; --series-d: #8a4fa8; --series-e: #6b665e; --series-f: #a8871a; }
  body { max-width: none; padding: 0; font-size: 11pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .scroll { overflow: visible; } .wide { display: block; } .narrow { display: none; }
  figure, tr, .errors li, .figures div { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
`;
