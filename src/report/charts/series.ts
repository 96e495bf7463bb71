import { areaY, dot, gridY, line, ruleY } from "@observablehq/plot";
import type { Interval } from "../../evaluate/types.js";
import { html, type Markup } from "../markup.js";
import { type ChartLabel, draw } from "./draw.js";
import { responsive } from "./responsive.js";

/** One line of a chart, with its band. */
export interface Series {
  name: string;
  points: { x: number; y: number; interval?: Interval | null }[];
}

/** How the axes are marked. */
export interface SeriesAxes {
  xLabel: string;
  yLabel: string;
  /** Marks of the x axis, with their text. */
  xTicks: ReadonlyMap<number, string>;
  /** Equal steps for equal factors. */
  logarithmic?: boolean;
  yFormat(value: number): string;
  /** A line across, such as chance. */
  baseline?: number;
}

const WIDTH = 640;
const COLOURS = ["a", "b", "c", "d", "e", "f"].map((letter) => `var(--series-${letter})`);
const DASHES = [undefined, "7 3", "2 3", "9 3 2 3", "4 4", "1 4"];

/** Lines over an axis with their intervals as bands, and a legend; told apart by colour and by dashes. */
export function seriesChart(series: readonly Series[], axes: SeriesAxes, label: ChartLabel): Markup {
  const values = series.flatMap(({ points }) => points.flatMap(({ y, interval }) => [y, ...(interval ?? [])]));
  const { yFormat, baseline } = axes;
  // Logarithms are taken here: a scale that took them itself would leave out some of the given marks.
  const place = (x: number) => (axes.logarithmic ? Math.log(x) : x);
  const marks = new Map([...axes.xTicks].map(([x, text]) => [place(x), text]));
  const shown = baseline === undefined ? values : [...values, baseline];
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const chart = (width: number) =>
    draw(
      {
        width,
        height: width < WIDTH ? 250 : 340,
        marginLeft: 52,
        marginRight: 16,
        marginBottom: 40,
        marginTop: 26,
        x: {
          label: axes.xLabel,
          labelAnchor: "center",
          labelArrow: "none",
          ticks: [...marks.keys()],
          tickFormat: (x: number) => marks.get(x) ?? "",
        },
        y: { domain: [low, high], nice: true, label: axes.yLabel, labelArrow: "none", tickFormat: yFormat, ticks: 6 },
        marks: [
          gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 6 }),
          ...(baseline === undefined ? [] : [ruleY([baseline], { stroke: "var(--muted)", strokeDasharray: "3 3" })]),
          ...series.flatMap((one, i) => marksOf(one, i, place, yFormat)),
        ],
      },
      { ...label, version: width },
    );
  return html`<figure>${responsive(WIDTH, chart)}${legend(series)}</figure>`;
}

function marksOf(
  { name, points: given }: Series,
  i: number,
  place: (x: number) => number,
  format: (value: number) => string,
) {
  const points = given.map((point) => ({ ...point, x: place(point.x) }));
  const band = points.flatMap(({ x, interval }) => (interval ? [{ x, low: interval[0], high: interval[1] }] : []));
  const colour = COLOURS[i % COLOURS.length];
  const title = ({ y }: { y: number }) => `${name}: ${format(y)}`;
  return [
    areaY(band, { x: "x", y1: "low", y2: "high", fill: colour, fillOpacity: 0.14 }),
    line(points, { x: "x", y: "y", stroke: colour, strokeWidth: 2, strokeDasharray: DASHES[i % DASHES.length] }),
    dot(points, { x: "x", y: "y", fill: colour, r: 3.5, title }),
  ];
}

function legend(series: readonly Series[]): Markup {
  const entry = ({ name }: Series, i: number) => {
    const dash = DASHES[i % DASHES.length] ?? "none";
    return html`<span><svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="2.5" stroke-dasharray="${dash}"></line></svg>${name}</span>`;
  };
  return html`<figcaption class="legend">${series.map(entry)}</figcaption>`;
}
