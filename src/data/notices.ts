import type { Dataset } from "./dataset.js";
import { duplicateGroups } from "./duplicates.js";
import { labelCounts } from "./labels.js";
import { isNumber } from "./trainable.js";
import { counted, listed, numbered, quote } from "./wording.js";

const IMBALANCE = 10;
const FEW_EXAMPLES = 5;
const LONG_TEXT_CHARACTERS = 1_000_000;

/** What a user should know before training: each a sentence, none of them a reason to stop. */
export function noticesOf(dataset: Dataset): string[] {
  const counts = labelCounts(dataset);
  return [
    ...imbalance(counts),
    ...fewExamples(counts),
    ...numbers(counts),
    ...repeats(dataset),
    ...withoutLabel(dataset),
    ...longTexts(dataset),
  ];
}

type Counts = ReadonlyMap<string, number>;

function imbalance(counts: Counts): string[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const [largest, smallest] = [sorted[0], sorted[sorted.length - 1]];
  if (!largest || largest[1] < IMBALANCE * smallest[1]) return [];
  const sizes = [largest, smallest].map(([label, rows]) => `${quote(label, 40)} has ${counted(rows, "example")}`);
  return [
    `classes are uneven: ${sizes.join(", ")}. --class-weight balanced gives rare classes more weight; look at macro-F1 beside accuracy.`,
  ];
}

function fewExamples(counts: Counts): string[] {
  const few = [...counts]
    .filter(([, rows]) => rows < FEW_EXAMPLES)
    .map(([label, rows]) => `${quote(label, 40)} (${rows})`);
  if (few.length === 0) return [];
  return [
    `${counted(few.length, "class has", "classes have")} fewer than ${FEW_EXAMPLES} examples: ${listed(few)}. Scores of such classes mean little; 8 are a good start.`,
  ];
}

function numbers(counts: Counts): string[] {
  const names = [...counts.keys()];
  if (names.length === 0 || !names.every(isNumber)) return [];
  return [
    `labels are numbers (${listed(names)}): each is taken as the name of a class; that 4 is nearer to 5 than to 1 is not used.`,
  ];
}

function repeats(dataset: Dataset): string[] {
  const { texts, labels, lines, unit } = dataset;
  const groups = duplicateGroups(texts);
  const firstOf = new Map<number, number>();
  const pairs: string[] = [];
  const conflicts: string[] = [];
  for (const [row, group] of groups.entries()) {
    const first = firstOf.get(group);
    if (first === undefined) {
      firstOf.set(group, row);
      continue;
    }
    const isSame = [...labels[first]].sort().join("|") === [...labels[row]].sort().join("|");
    const where = `${lines[first]} and ${lines[row]}`;
    if (isSame) pairs.push(where);
    else conflicts.push(`${where}: ${quote(labels[first].join("|"), 30)} and ${quote(labels[row].join("|"), 30)}`);
  }
  const notices: string[] = [];
  if (conflicts.length > 0) {
    const what = counted(conflicts.length, "text has", "texts have");
    notices.push(
      `${what} been labelled twice with different labels (${unit}s ${listed(conflicts)}). Correct one of each pair.`,
    );
  }
  if (pairs.length > 0) {
    const what = counted(pairs.length, "row repeats", "rows repeat");
    notices.push(
      `${what} an earlier text with the same label (${unit}s ${listed(pairs)}). Equal texts are kept on one side of every split.`,
    );
  }
  return notices;
}

function withoutLabel(dataset: Dataset): string[] {
  const count = dataset.labels.filter((labels) => labels.length === 0).length;
  return count > 0
    ? [`${counted(count, "row has", "rows have")} no label at all: examples of none of the classes.`]
    : [];
}

function longTexts(dataset: Dataset): string[] {
  const long = dataset.texts.flatMap((text, row) => (text.length >= LONG_TEXT_CHARACTERS ? [dataset.lines[row]] : []));
  if (long.length === 0) return [];
  const what = counted(long.length, "text is", "texts are");
  return [
    `${what} longer than a million characters (${numbered(dataset.unit, long)}): only the beginning is read. Is a quote missing?`,
  ];
}
