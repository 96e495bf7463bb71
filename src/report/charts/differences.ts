import { dot, gridX, ruleX, ruleY } from "@observablehq/plot";
import type { Interval } from "../../evaluate/types.js";
import { html, type Markup } from "../markup.js";
import { signedPoints } from "../words.js";
import { draw } from "./draw.js";
import { responsive } from "./responsive.js";

/** A mean difference with its interval, and the difference of each draw. */
export interface DifferenceLine {
  name: string;
  difference: number;
  interval: Interval | null;
  draws: readonly number[];
}

const WIDTH = 560;

/** Differences about a line at zero: right of it is better. Small rings are single draws. */
export function differencesChart(lines: readonly DifferenceLine[], title: string): Markup {
  const values = lines.flatMap(({ difference, interval, draws }) => [difference, ...(interval ?? []), ...draws]);
  const colour = ({ difference }: DifferenceLine) => (difference < 0 ? "var(--wrong)" : "var(--right)");
  const ends = {
    x1: ({ interval }: DifferenceLine) => interval![0],
    x2: ({ interval }: DifferenceLine) => interval![1],
  };
  const single = lines.flatMap(({ name, draws }) => draws.map((x) => ({ name, x })));
  const ticks = (width: number) => (width < WIDTH ? 4 : 6);
  const chart = (width: number) =>
    draw(
      {
        width,
        height: 30 * lines.length + 56,
        marginLeft: 122,
        marginRight: 20,
        marginTop: 8,
        marginBottom: 40,
        x: {
          domain: [Math.min(0, ...values), Math.max(0, ...values)],
          nice: true,
          label: "points against no adaptation",
          labelAnchor: "center",
          labelArrow: "none",
          tickFormat: (share: number) => (Math.abs(share) < 1e-9 ? "0" : signedPoints(share)),
          ticks: ticks(width),
        },
        y: { type: "band", domain: lines.map(({ name }) => name), label: null, tickSize: 0 },
        marks: [
          gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: ticks(width) }),
          ruleX([0], { stroke: "var(--muted)", strokeWidth: 1.5 }),
          ...lines.flatMap((line) => [
            ruleY(line.interval ? [line] : [], {
              y: "name",
              ...ends,
              stroke: colour(line),
              strokeWidth: 5,
              strokeOpacity: 0.35,
            }),
            dot([line], { y: "name", x: "difference", r: 4.5, fill: colour(line) }),
          ]),
          dot(single, { y: "name", x: "x", r: 2.5, stroke: "var(--muted)" }),
        ],
      },
      {
        title,
        version: width,
        description: lines.map(({ name, difference }) => `${name} ${signedPoints(difference)}`).join("; "),
      },
    );
  return html`<figure>${responsive(WIDTH, chart)}
<figcaption>Points of accuracy. A dot is the mean difference, its bar the 95% interval, a ring one draw.</figcaption></figure>`;
}
