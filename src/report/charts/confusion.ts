import { cell, frame, text } from "@observablehq/plot";
import type { SingleLabelScores } from "../../evaluate/types.js";
import { shortened } from "../format.js";
import type { Markup } from "../markup.js";
import { CHART_FONT_SIZE, draw } from "./draw.js";

/** Above this many classes the matrix is drawn at its own width and scrolls. */
export const MOST_CLASSES_IN_COLUMN = 12;

interface ConfusionCell {
  actual: number;
  predicted: number;
  count: number;
  share: number;
}

/** The confusion matrix: rows are true classes, right cells blue and wrong ones orange, the stronger the larger the share of the row. */
export function confusionChart({ confusion, perClass }: SingleLabelScores): Markup {
  const cells = filledCells(confusion);
  const side = cellSide(perClass.length);
  const numbered = side >= 20;
  const labels = perClass.map(({ label }) => shortened(label, numbered ? 16 : 22));
  const fontSize = Math.min(CHART_FONT_SIZE, side * 0.82);
  const margin = 14 + Math.max(...labels.map((label) => label.length)) * fontSize * 0.58;
  const level = perClass.length <= 3;
  const classes = perClass.map((_, k) => k);
  const span = side * perClass.length;
  const below = level ? 36 : 22 + (margin - 14) * (numbered ? 0.75 : 1);
  const axis = {
    type: "band" as const,
    domain: classes,
    tickFormat: (k: number) => labels[k],
    tickSize: 0,
    padding: 0.04,
  };
  const title = ({ actual, predicted, count, share }: ConfusionCell) =>
    `${perClass[actual].label} → ${perClass[predicted].label}: ${count} (${Math.round(100 * share)}%)`;
  const marks = [
    frame({ stroke: "var(--line)" }),
    cell(cells, {
      x: "predicted",
      y: "actual",
      fill: hue,
      fillOpacity: ({ share }) => strength(share, numbered),
      title,
    }),
  ];
  if (numbered) {
    marks.push(text(cells, { x: "predicted", y: "actual", text: "count", fill: "var(--ink)", pointerEvents: "none" }));
  }
  return draw(
    {
      width: span + margin + 22,
      height: span + below + 26,
      marginLeft: margin + 16,
      marginRight: 6,
      marginTop: 22,
      marginBottom: below,
      style: { fontSize: `${fontSize}px`, fontFamily: "inherit" },
      x: { ...axis, label: "predicted", labelAnchor: "center", tickRotate: level ? 0 : numbered ? -45 : -90 },
      y: { ...axis, label: "true", labelAnchor: "top" },
      color: { type: "identity" },
      opacity: { type: "identity" },
      marks,
    },
    { title: "Confusion matrix", description: described(cells) },
  );
}

function filledCells(confusion: number[][]): ConfusionCell[] {
  return confusion.flatMap((row, actual) => {
    const support = row.reduce((a, b) => a + b, 0);
    return row.flatMap((count, predicted) => (count ? [{ actual, predicted, count, share: count / support }] : []));
  });
}

function cellSide(classes: number): number {
  if (classes <= 3) return 120;
  return Math.max(8, Math.min(42, (classes <= MOST_CLASSES_IN_COLUMN ? 380 : 860) / classes));
}

function hue({ actual, predicted }: ConfusionCell): string {
  return actual === predicted ? "var(--right-cell)" : "var(--wrong-cell)";
}

/** Opacity; without figures in the cells, that of small shares is raised so that they can be seen. */
function strength(share: number, numbered: boolean): number {
  return numbered ? 0.1 + 0.85 * share : 0.25 + 0.7 * Math.sqrt(share);
}

function described(cells: readonly ConfusionCell[]): string {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const right = cells.reduce((sum, { actual, predicted, count }) => sum + (actual === predicted ? count : 0), 0);
  return `Rows are true classes, columns predicted ones. ${right} of ${total} rows lie on the diagonal.`;
}
