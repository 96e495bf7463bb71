import { dot, gridX, ruleY } from "@observablehq/plot";
import type { Interval } from "../../evaluate/types.js";
import type { Markup } from "../markup.js";
import { COLUMN_WIDTH, draw } from "./draw.js";

/** A score with its interval, or a baseline without one: one line of the chart. */
export interface ScoreLine {
  name: string;
  value: number;
  interval?: Interval;
}

/** Scores with their intervals on an axis from 0 to 100%; lines without an interval are baselines, drawn as rings. */
export function intervalChart(lines: readonly ScoreLine[]): Markup {
  const scores = lines.filter(({ interval }) => interval);
  const baselines = lines.filter(({ interval }) => !interval);
  const ends = { x1: ({ interval }: ScoreLine) => interval?.[0], x2: ({ interval }: ScoreLine) => interval?.[1] };
  return draw(
    {
      width: COLUMN_WIDTH,
      height: 26 * lines.length + 30,
      marginLeft: 92,
      marginTop: 4,
      marginRight: 18,
      x: { domain: [0, 1], label: null, tickFormat: (share: number) => `${Math.round(100 * share)}%`, ticks: 5 },
      y: { type: "band", domain: lines.map(({ name }) => name), label: null, tickSize: 0 },
      marks: [
        gridX([0, 0.2, 0.4, 0.6, 0.8, 1], { stroke: "var(--line)", strokeOpacity: 1 }),
        ruleY(scores, { y: "name", ...ends, stroke: "var(--right)", strokeWidth: 5, strokeOpacity: 0.4 }),
        dot(scores, { y: "name", x: "value", r: 4, fill: "var(--right)" }),
        dot(baselines, { y: "name", x: "value", r: 4, stroke: "var(--wrong)", strokeWidth: 2 }),
      ],
    },
    { title: "Scores with their 95% intervals", description: lines.map(spoken).join("; ") },
  );
}

function spoken({ name, value, interval }: ScoreLine): string {
  const ends = interval ? `, from ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}` : "";
  return `${name} ${value.toFixed(3)}${ends}`;
}
