import type { AuditResult } from "../../audit/audit.js";
import type { Finding, FindingKind } from "../../audit/finding.js";
import type { Dataset } from "../../data/dataset.js";
import { duplicateGroups } from "../../data/duplicates.js";
import { labelSetOf } from "../../data/labels.js";
import { counted } from "../../data/wording.js";
import { UsageError } from "../../errors.js";
import { LabelJournal } from "../../label/journal.js";
import { writeLabelled } from "../../label/labelled-file.js";
import type { Lesson } from "../../label/lesson.js";
import { requireUnlocked } from "../../label/lock.js";
import { type LabelPool, loadPool } from "../../label/pool.js";
import type { LabelState } from "../../label/state.js";
import { journalOf, requireOwnOutput } from "../output-place.js";
import { commandLine, print, shellWord } from "../print.js";
import type { AuditCommandOptions } from "./audit.js";

/** What is wrong with rows of these kinds another label, or none, may mend. */
const asked: readonly FindingKind[] = ["conflict", "label", "language", "outlier"];

/** @throws UsageError where nobody could be asked; JournalInUseError, before the audit has taken its minutes */
export function requireAskable(data: string, out: string, inputs: readonly string[]): void {
  if (data === "-")
    throw new UsageError("--fix reads keys from the terminal, so the data cannot come from there: name a file.");
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError(
      "--fix asks on a terminal, and this is none. Start it in one (ssh -t), or write the findings with --out.",
    );
  }
  requireOwnOutput("--fix", out, inputs);
  requireUnlocked(journalOf(out));
}

/**
 * Asks row by row for the label of what an audit found, on the screen of `label`, and writes the file anew: the labels that were given, those of the
 * other rows as they were, and no rows that are odd or empty. Answers are on the disk at once; a second start goes on.
 *
 * @throws the errors of the pool, the journal and writing
 */
export async function fixLabels(
  data: string,
  dataset: Dataset,
  { result, probabilities }: Audited,
  options: AuditCommandOptions,
): Promise<void> {
  const out = options.fix!;
  const { text, label, format } = options;
  const pool = await loadPool(data, {
    text,
    label: label ?? dataset.labelColumn,
    format,
    multiLabel: dataset.multiLabel,
  });
  const suspects = suspectsOf(pool, result.findings);
  const before = labelsBefore(pool, dataset);
  const answers = new Map([...before].filter(([row]) => !suspects.has(row)));
  const { texts, fingerprint, shape } = pool;
  const { multiLabel } = dataset;
  const labels = [...labelSetOf({ labels: [...before.values()] }).names];
  const head = { event: "begin", schema: 1, texts: fingerprint, rows: texts.length, multiLabel, labels } as const;
  const journal = LabelJournal.open(journalOf(out), head);
  const beginning = { labels: [...new Set([...journal.head.labels, ...labels])], answers };
  const { runSession } = await import("../../label/run-session.js"); // brings Ink and React
  try {
    const session = await runSession(
      {
        name: shape.name,
        texts,
        groups: duplicateGroups(texts),
        multiLabel,
        beginning,
        events: journal.events,
        order: [...suspects.keys()],
        remarks: new Map([...suspects].map(([row, { reason }]) => [row, { given: before.get(row) ?? [], reason }])),
        append: (event) => journal.append(event),
      },
      undefined,
      lessonOf(suspects, dataset, { result, probabilities }, pool),
    );
    await conclude(out, pool, before, session.state, session.open);
  } finally {
    journal.close();
  }
}

interface Audited {
  result: AuditResult;
  /** [N, K], in the order of the result's labels */
  probabilities: Float32Array;
}

interface Suspect {
  reason: string;
  suggested?: readonly string[];
}

/** By row of the pool, the gravest first; a row with several findings is asked once. */
function suspectsOf(pool: LabelPool, findings: readonly Finding[]): Map<number, Suspect> {
  const rowOf = new Map(pool.records.map(({ line }, row) => [line, row]));
  const suspects = new Map<number, Suspect>();
  for (const { kind, line, reason, suggested } of findings) {
    const row = rowOf.get(line);
    if (row === undefined || !asked.includes(kind)) continue;
    const known = suspects.get(row);
    const reasons = known ? `${known.reason}; ${reason}` : reason;
    suspects.set(row, { reason: reasons, suggested: known?.suggested ?? suggested });
  }
  return suspects;
}

/** Labels by row of the pool, as the audit saw them. */
function labelsBefore(pool: LabelPool, dataset: Dataset): Map<number, readonly string[]> {
  const seen = new Map([...dataset.lines].map((line, at) => [line, dataset.labels[at]]));
  const rows = [...pool.given].filter(([row]) => /\S/.test(pool.texts[row]));
  return new Map(rows.map(([row, labels]) => [row, seen.get(pool.records[row].line) ?? labels]));
}

/** What the audit's classifiers say as proposals; where a row may have several labels, those suggested are marked. */
function lessonOf(
  suspects: ReadonlyMap<number, Suspect>,
  { lines, multiLabel }: Dataset,
  { result, probabilities }: Audited,
  pool: LabelPool,
): Lesson {
  const labels = result.labels.map(({ label }) => label);
  const at = new Map([...lines].map((line, row) => [line, row]));
  const proposals = [...suspects].flatMap(([row, { suggested }]) => {
    const audited = at.get(pool.records[row].line);
    if (audited === undefined) return [];
    const own = [...probabilities.subarray(audited * labels.length, (audited + 1) * labels.length)];
    const marked = (p: number, k: number) => (suggested?.includes(labels[k]) ? Math.max(p, 0.5) : Math.min(p, 0.49));
    return [{ row, shares: multiLabel && suggested ? own.map(marked) : own, alike: [] }];
  });
  return { labels, proposals, encoded: pool.texts.length };
}

async function conclude(
  out: string,
  pool: LabelPool,
  before: ReadonlyMap<number, readonly string[]>,
  state: LabelState,
  open: number,
): Promise<void> {
  const kept = [...before].filter(([row]) => !state.odd.has(row) && !state.answers.has(row));
  const answers = new Map([...state.answers, ...kept]);
  const rows = await writeLabelled(out, pool, { ...state, answers });
  const changed = [...answers].filter(([row, labels]) => before.get(row)?.join("|") !== labels.join("|")).length;
  const odd = state.odd.size > 0 ? `, ${counted(state.odd.size, "odd row")} left out` : "";
  print(`changed  the label of ${counted(changed, "row")} of ${rows.toLocaleString("en-US")}${odd}`);
  print(`written  ${out}`);
  print(`next     headstart train ${shellWord(out)} --out model`);
  if (open > 0)
    print(`         the same command line goes on with ${counted(open, "row")}:\n         ${commandLine()}`);
}
