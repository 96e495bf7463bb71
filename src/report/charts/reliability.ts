import { dot, gridX, gridY, line, rect, rectY, ruleX } from "@observablehq/plot";
import { expectedCalibrationError, type ReliabilityBin } from "../../evaluate/calibration.js";
import { html, type Markup } from "../markup.js";
import { COLUMN_WIDTH, draw } from "./draw.js";

/** Reliability diagram (what came true against what the model promised), above a histogram of the promises. */
export function reliabilityChart(bins: readonly ReliabilityBin[], promise: string, outcome: string): Markup {
  return html`${diagram(bins, outcome)}${histogram(bins, promise)}`;
}

const tickFormat = (share: number) => `${Math.round(100 * share)}%`;
const grid = { stroke: "var(--line)", strokeOpacity: 1 };

function diagram(bins: readonly ReliabilityBin[], outcome: string): Markup {
  const filled = bins.filter(({ count }) => count > 0);
  const title = ({ count, meanConfidence, observed }: ReliabilityBin) =>
    `${count} at ${tickFormat(meanConfidence)}: ${tickFormat(observed)} came true`;
  return draw(
    {
      width: COLUMN_WIDTH,
      height: 300,
      marginLeft: 44,
      marginRight: 12,
      marginBottom: 8,
      marginTop: 24,
      x: { domain: [0, 1], label: null, ticks: [] },
      y: { domain: [0, 1], label: outcome, tickFormat, ticks: 5, labelArrow: "none" },
      marks: [
        gridX([0, 0.2, 0.4, 0.6, 0.8, 1], grid),
        gridY([0, 0.2, 0.4, 0.6, 0.8, 1], grid),
        rect(filled, {
          x1: "low",
          x2: "high",
          y1: 0,
          y2: "observed",
          inset: 0.5,
          fill: "var(--right)",
          fillOpacity: 0.3,
          title,
        }),
        line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: "var(--muted)", strokeDasharray: "4 4" },
        ),
        ruleX(filled, {
          x: "meanConfidence",
          y1: "observed",
          y2: "meanConfidence",
          stroke: "var(--wrong)",
          strokeWidth: 2,
        }),
        dot(filled, { x: "meanConfidence", y: "observed", r: 3.5, fill: "var(--right)" }),
      ],
    },
    {
      title: "Reliability diagram",
      description: `Observed frequency against promised probability; expected calibration error ${expectedCalibrationError(bins).toFixed(3)}.`,
    },
  );
}

function histogram(bins: readonly ReliabilityBin[], promise: string): Markup {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return draw(
    {
      width: COLUMN_WIDTH,
      height: 92,
      marginLeft: 44,
      marginRight: 12,
      marginTop: 8,
      marginBottom: 36,
      x: { domain: [0, 1], label: promise, labelAnchor: "center", labelArrow: "none", tickFormat, ticks: 5 },
      y: { label: null, tickFormat, ticks: 2 },
      marks: [
        gridY({ ...grid, ticks: 2 }),
        rectY(bins, { x1: "low", x2: "high", y: ({ count }) => count / total, inset: 0.5, fill: "var(--muted)" }),
      ],
    },
    { title: "How often each probability was given", description: fullest(bins, total) },
  );
}

function fullest(bins: readonly ReliabilityBin[], total: number): string {
  const { low, high, count } = bins.reduce((most, bin) => (bin.count > most.count ? bin : most));
  return `Most, ${tickFormat(count / total)}, lie between ${tickFormat(low)} and ${tickFormat(high)}.`;
}
