import { mostConfused } from "../evaluate/confused-pairs.js";
import type { ClassScores, LabelScores, Scores, SingleLabelScores } from "../evaluate/types.js";
import { counted, decimal, percent, range, shortened, whole } from "./format.js";
import { headlineFigures } from "./headline-figures.js";

const COLUMNS = 80;
const MOST_CLASSES = 30;
const MOST_CLASSES_IN_MATRIX = 12;
const MOST_PAIRS = 12;

/**
 * The scores as plain text for a terminal of 80 columns: headline figures, every class (the weakest 30 when there are
 * more), and the confusion matrix of up to 12 classes or else the pairs confused most.
 */
export function scoresText(scores: Scores): string {
  const parts = [headlineText(scores), classesText(scores)];
  if (scores.kind === "single-label") parts.push(matrixText(scores) ?? pairsText(scores));
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function headlineText(scores: Scores): string {
  const classes = scores.perClass.length;
  const what = scores.kind === "single-label" ? counted(classes, "class", "classes") : counted(classes, "label");
  const lines = headlineFigures(scores).map(({ name, value, format, interval, note }) => {
    const figure = `  ${name.padEnd(24)} ${format(value).padStart(7)}`;
    return interval ? `${figure}   ${range(interval, format)}` : note ? `${figure}   ${note}` : figure;
  });
  const head = `${counted(scores.n, "row")}, ${what}${scores.intervals ? "; 95% intervals" : ""}`;
  const unknown = scores.kind === "single-label" ? scores.unknownLabels : 0;
  if (unknown > 0) lines.push(`  ${counted(unknown, "row")} of a label that the model does not know, counted as wrong`);
  return [head, ...lines].join("\n");
}

function classesText({ kind, perClass }: Scores): string {
  const multi = kind === "multi-label";
  const shown = perClass.length > MOST_CLASSES ? weakest(perClass) : perClass;
  const width = nameWidth(shown, 24);
  const heads = ["precision", "recall", "F1", ...(multi ? ["avg.prec.", "threshold"] : []), "rows"];
  const cells = (c: ClassScores) => {
    const { averagePrecision, threshold } = c as LabelScores;
    const figures = [c.precision, c.recall, c.f1, ...(multi ? [averagePrecision, threshold] : [])].map(decimal);
    return aligned([...figures, whole(c.support)], multi);
  };
  const bar = (f1: number) => (multi ? "" : `  ${"█".repeat(Math.round(12 * f1))}`);
  const lines = shown.map((c) => `${named(c.label, width)}${cells(c)}${bar(c.f1)}`.trimEnd());
  const note = shown === perClass ? [] : [`(the ${MOST_CLASSES} of lowest F1 out of ${perClass.length})`];
  return [`${"".padEnd(width)}${aligned(heads, multi)}`, ...lines, ...note].join("\n");
}

function aligned(cells: readonly string[], multi: boolean): string {
  return cells.map((cell, i) => cell.padStart(i === 2 ? 7 : multi && i > 2 ? 10 : i === 1 ? 8 : 10)).join("");
}

function weakest(perClass: readonly ClassScores[]): ClassScores[] {
  return [...perClass].sort((a, b) => a.f1 - b.f1).slice(0, MOST_CLASSES);
}

/** Null when the matrix is too wide. */
function matrixText({ confusion, perClass }: SingleLabelScores): string | null {
  const classes = perClass.length;
  const cell = Math.max(4, whole(Math.max(...confusion.flat())).length + 2);
  const room = COLUMNS - cell * classes - 4;
  if (classes > MOST_CLASSES_IN_MATRIX || room < 8) return null;
  const width = nameWidth(perClass, Math.min(room, 24));
  const heads = perClass.map((_, k) => String(k + 1).padStart(cell)).join("");
  const lines = confusion.map((row, k) => {
    const counts = row.map((count) => (count === 0 ? "·" : whole(count)).padStart(cell)).join("");
    return `${String(k + 1).padStart(2)} ${named(perClass[k].label, width)}${counts}`;
  });
  return ["Confusion: rows are true classes, columns predicted", `   ${"".padEnd(width)}${heads}`, ...lines].join("\n");
}

function pairsText(scores: SingleLabelScores): string {
  const pairs = mostConfused(scores, MOST_PAIRS);
  if (pairs.length === 0) return "";
  const lines = pairs.map(
    ({ actual, predicted, count, share }) =>
      `${named(actual, 28)} ${named(predicted, 28)}${whole(count).padStart(9)}${percent(share).padStart(9)}`,
  );
  return [
    `${"Confused most: true".padEnd(28)} ${"predicted".padEnd(28)}${"rows".padStart(9)}${"share".padStart(9)}`,
    ...lines,
  ].join("\n");
}

function nameWidth(perClass: readonly ClassScores[], most: number): number {
  return Math.min(most, Math.max(5, ...perClass.map(({ label }) => [...label].length)));
}

/** The label on one line, cut and filled up to a width. */
function named(label: string, width: number): string {
  const line = shortened(label.replace(/\s+/g, " "), width);
  return line + " ".repeat(width - [...line].length);
}
