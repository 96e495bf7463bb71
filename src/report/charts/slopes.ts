import { axisFx, axisX, axisY, dot, gridY, link } from "@observablehq/plot";
import { average } from "../../mean.js";
import { html, type Markup } from "../markup.js";
import { signedPoints } from "../words.js";
import { type ChartLabel, draw } from "./draw.js";
import { responsive } from "./responsive.js";

/** A method beside its baseline, on each draw. */
export interface SlopePanel {
  name: string;
  /** Baseline and method on the same draw, shares. */
  pairs: readonly (readonly [number, number])[];
}

/** How the two ends of a line are called. */
export interface SlopeEnds {
  baseline: string;
  method: string;
}

const PANEL = 128;
const MARGINS = 72;
const PANELS_IN_ROW = 4;

/** Paired differences as slopes: a panel a method, a thin line a draw from its baseline to the method, a thick one for the mean. */
export function slopeChart(panels: readonly SlopePanel[], ends: SlopeEnds, title: string): Markup | null {
  const shown = panels.filter(({ pairs }) => pairs.length > 0);
  if (shown.length === 0) return null;
  const values = shown.flatMap(({ pairs }) => pairs.flat());
  const domain = [Math.min(...values), Math.max(...values)];
  const chart = (width: number) =>
    rowsThatFit(shown, width).map((row, i) => {
      const part = { title: i === 0 ? title : `${title}, part ${i + 1}`, version: width };
      return rowOf(row, ends, domain, part);
    });
  return html`<figure>${responsive(MARGINS + PANELS_IN_ROW * PANEL, chart)}
<figcaption>Accuracy. A thin line is one draw, from ${ends.baseline} (left) to the method (right): blue where it is better, orange where it is not. The thick line is the mean.</figcaption></figure>`;
}

/** A phone scrolls down, not sideways. */
function rowsThatFit(panels: readonly SlopePanel[], width: number): SlopePanel[][] {
  const most = Math.floor((width - MARGINS) / PANEL);
  return Array.from({ length: Math.ceil(panels.length / most) }, (_, i) => panels.slice(i * most, (i + 1) * most));
}

function rowOf(
  panels: readonly SlopePanel[],
  { baseline, method }: SlopeEnds,
  domain: number[],
  label: Pick<ChartLabel, "title" | "version">,
): Markup {
  const lines = panels.flatMap(({ name, pairs }) => pairs.map(([from, to]) => ({ name, from, to })));
  const means = panels.map(({ name, pairs }) => ({
    name,
    from: average(pairs.map(([from]) => from)),
    to: average(pairs.map(([, to]) => to)),
  }));
  const slope = { x1: 0, x2: 1, y1: "from", y2: "to", fx: "name", stroke: colour };
  const told = means.map(({ name, from, to }) => `${name} ${signedPoints(to - from)}`).join("; ");
  return draw(
    {
      width: MARGINS + PANEL * panels.length,
      height: 250,
      marginLeft: 48,
      marginRight: 24,
      marginTop: 34,
      marginBottom: 28,
      fx: { domain: panels.map(({ name }) => name), padding: 0.28, label: null },
      x: { domain: [-0.08, 1.08] },
      y: { domain, nice: true },
      marks: [
        gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
        axisY({
          ticks: 5,
          tickFormat: (share: number) => `${Math.round(100 * share)}%`,
          tickSize: 0,
          label: null,
        }),
        axisX([0, 1], {
          tickFormat: (end: number) => (end === 0 ? baseline : method),
          tickSize: 0,
          label: null,
          fill: "var(--muted)",
        }),
        axisFx({ anchor: "top", label: null, tickSize: 0, lineWidth: 11 }),
        link(lines, { ...slope, strokeWidth: 1.2, strokeOpacity: 0.55 }),
        link(means, { ...slope, strokeWidth: 3.5 }),
        dot(means, { x: 0, y: "from", fx: "name", r: 3.5, fill: colour }),
        dot(means, { x: 1, y: "to", fx: "name", r: 3.5, fill: colour }),
      ],
    },
    { ...label, description: `Mean differences in points: ${told}.` },
  );
}

function colour({ from, to }: { from: number; to: number }): string {
  return to > from ? "var(--right)" : to < from ? "var(--wrong)" : "var(--muted)";
}
