import { barX, gridX, text } from "@observablehq/plot";
import type { ClassScores } from "../../evaluate/types.js";
import { decimal, shortened, whole } from "../format.js";
import { html, type Markup } from "../markup.js";
import { COLUMN_WIDTH, draw } from "./draw.js";

/** More bars than this stand in two columns. */
export const MOST_BARS_IN_COLUMN = 24;
const ROW_HEIGHT = 18;

/** F1 of every class as bars, best first, with the rows of each; two columns when there are many classes. */
export function classBars(perClass: readonly ClassScores[]): Markup {
  const sorted = [...perClass].sort((a, b) => b.f1 - a.f1 || b.support - a.support);
  if (sorted.length <= MOST_BARS_IN_COLUMN) return html`<figure>${barColumn(sorted, 0)}</figure>`;
  return html`<div class="columns"><figure>${barColumn(half(sorted, 0), 1)}</figure><figure>${barColumn(half(sorted, 1), 2)}</figure></div>`;
}

function half<T>(items: readonly T[], which: 0 | 1): T[] {
  const middle = Math.ceil(items.length / 2);
  return which === 0 ? items.slice(0, middle) : items.slice(middle);
}

function barColumn(scores: readonly ClassScores[], part: number): Markup {
  const rows = scores.map((score, i) => ({ ...score, i }));
  const labels = rows.map(({ label }) => shortened(label, 22));
  const marginLeft = 12 + Math.max(...labels.map((label) => label.length)) * 6.1;
  const [best, worst] = [rows[0], rows[rows.length - 1]];
  return draw(
    {
      width: COLUMN_WIDTH + 20,
      height: ROW_HEIGHT * rows.length + 44,
      marginLeft,
      marginRight: 88,
      marginTop: 20,
      marginBottom: 24,
      x: { domain: [0, 1], label: null, ticks: 3 },
      y: {
        type: "band",
        domain: rows.map(({ i }) => i),
        tickFormat: (i: number) => labels[i],
        label: null,
        tickSize: 0,
        padding: 0.25,
      },
      marks: [
        gridX([0, 0.5, 1], { stroke: "var(--line)", strokeOpacity: 1 }),
        barX(rows, { y: "i", x: "f1", fill: "var(--right)", fillOpacity: 0.75, title: tip }),
        text(rows, { y: "i", text: ({ f1 }) => decimal(f1), ...column(40) }),
        text(rows, { y: "i", text: ({ support }) => whole(support), ...column(84), fill: "var(--muted)" }),
        text(["F1"], { frameAnchor: "top-right", textAnchor: "end", dx: 40, dy: -16 }),
        text(["rows"], { frameAnchor: "top-right", textAnchor: "end", dx: 84, dy: -16, fill: "var(--muted)" }),
      ],
    },
    {
      title: part ? `F1 of each class, part ${part}` : "F1 of each class",
      description: `From ${best.label} (${decimal(best.f1)}) to ${worst.label} (${decimal(worst.f1)}).`,
    },
  );
}

function column(dx: number) {
  return { frameAnchor: "right" as const, textAnchor: "end" as const, dx, fontVariant: "tabular-nums" };
}

function tip({ label, precision, recall, f1, support }: ClassScores): string {
  return `${label}: F1 ${decimal(f1)}, precision ${decimal(precision)}, recall ${decimal(recall)}, ${whole(support)} rows`;
}
