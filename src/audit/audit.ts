import { strengthsFor } from "../classifier/options.js";
import type { Dataset } from "../data/dataset.js";
import { duplicateGroups } from "../data/duplicates.js";
import { encodeLabels, encodeMultiLabels, labelSetOf } from "../data/labels.js";
import { requireTrainable } from "../data/trainable.js";
import { type Encoder, lastOf } from "../encoder/encoder.js";
import type { Features, Targets } from "../head/linear.js";
import type { Log } from "../log.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { accuracyOf } from "../train/select.js";
import { type Finding, type FindingKind, findingKinds, ranked } from "./finding.js";
import { type HardPair, hardPairs } from "./hard-pairs.js";
import { findLanguages, languageName } from "./language.js";
import { outOfFoldProbabilities } from "./out-of-fold.js";
import { outliersOf } from "./outliers.js";
import { findLeaks, findRepeats, repeatGroups } from "./repeats.js";
import { labelFindings } from "./suspect-labels.js";
import { conflictFindings, duplicateFindings, leakFindings } from "./twin-findings.js";

export interface AuditOptions {
  tensorflow: Tensorflow;
  /** With the features `last3`. */
  encoder: Encoder;
  /** Rows that must not stand in the data as well, such as the test set. */
  against?: Dataset;
  /** The cosine from which two texts are near-duplicates. */
  nearDuplicate: number;
  folds: number;
  seed: number;
  log: Log;
}

/** What to look at again in a labelled file. */
export interface AuditResult {
  data: string;
  rows: number;
  labels: { label: string; rows: number; suspicious: number }[];
  multiLabel: boolean;
  /** Estimated share of wrong labels; multi-label: of all (row, label) pairs. */
  labelNoise: number;
  /** Share of the labels that classifiers which had not seen the row would give; multi-label: of all pairs, at 0.5. */
  agreement: number;
  /** ISO 639-1, where most texts are in one language. */
  language?: string;
  nearDuplicate: number;
  counts: Record<FindingKind, number>;
  /** The gravest kind first, of each the surest first. */
  findings: Finding[];
  /** Of single-label data. */
  hardPairs: HardPair[];
}

/**
 * Looks for wrong labels, repeats, contradictions, outliers and rows that are no use, in a file of labelled texts.
 * @returns also the probabilities behind it, [N, K], by classifiers that had not seen the row, in the order of the result's labels
 * @throws the errors of `requireTrainable`
 */
export async function audit(
  given: Dataset,
  options: AuditOptions,
): Promise<{ result: AuditResult; probabilities: Float32Array }> {
  const { tensorflow, encoder, nearDuplicate, folds, log } = options;
  const random = new Random(options.seed);
  const dataset = requireTrainable(given);
  const { texts } = dataset;
  const labelSet = labelSetOf(dataset);
  const all = await withProgress(log, "encoding", texts.length, (update) => encoder.encode(texts, update));
  const last = lastOf(all);
  const keys = dataset.labels.map((labels) => JSON.stringify([...labels].sort()));
  const repeats = await withProgress(log, "comparing all rows", 100, (update) =>
    findRepeats(last, keys, nearDuplicate, (done, total) => update((100 * done) / total)),
  );
  const targets = targetsOf(dataset, labelSet);
  const candidates = ["last", "last3"].flatMap((features) => strengthsFor(all.rows).map((C) => ({ features, C })));
  const groups = repeatGroups(repeats);
  log.info(`cross-validating ${folds} classifiers of ${labelSet.names.length} labels`);
  const { probabilities } = await outOfFoldProbabilities(
    tensorflow,
    { last, last3: all },
    { targets, groups, candidates, folds, random },
  );
  const exact = duplicateGroups(texts);
  const suspects = labelFindings(dataset, labelSet, targets, probabilities);
  const languages = await findLanguages(texts);
  const findings = ranked([
    ...(dataset.emptyLines ?? []).map(emptyFinding),
    ...suspects.findings,
    ...conflictFindings(dataset, repeats, exact, { labelSet, probabilities }),
    ...duplicateFindings(dataset, repeats, exact),
    ...(options.against ? await leaks(dataset, last, options.against, options) : []),
    ...outliersOf(repeats.closeness).map(({ row, score }) =>
      findingOf(dataset, "outlier", row, score, "unlike every other row"),
    ),
    ...languages.others.map(({ row, language }) =>
      findingOf(
        dataset,
        "language",
        row,
        1,
        `${languageName(language)}, where most rows are ${languageName(languages.main!)}`,
      ),
    ),
    ...longFindings(dataset, encoder),
  ]);
  const result: AuditResult = {
    data: dataset.name,
    rows: texts.length,
    labels: labelSet.names.map((label) => ({
      label,
      rows: dataset.labels.filter((labels) => labels.includes(label)).length,
      suspicious: suspects.findings.filter(({ labels }) => labels.includes(label)).length,
    })),
    multiLabel: dataset.multiLabel,
    labelNoise: suspects.noise,
    agreement: accuracyOf(
      targets,
      probabilities.map((p) => (dataset.multiLabel ? p - 0.5 : p)),
    ),
    language: languages.main,
    nearDuplicate,
    counts: Object.fromEntries(
      findingKinds.map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length]),
    ) as Record<FindingKind, number>,
    findings,
    hardPairs:
      targets.kind === "single-label"
        ? hardPairs({ classes: targets.classes, labels: targets.labels, probabilities }, labelSet.names)
        : [],
  };
  return { result, probabilities };
}

function targetsOf(dataset: Dataset, labelSet: ReturnType<typeof labelSetOf>): Targets {
  const classes = labelSet.names.length;
  return dataset.multiLabel
    ? { kind: "multi-label", classes, labels: encodeMultiLabels(dataset, labelSet) }
    : { kind: "single-label", classes, labels: encodeLabels(dataset, labelSet) };
}

async function leaks(
  dataset: Dataset,
  features: Features,
  against: Dataset,
  { encoder, log, nearDuplicate }: AuditOptions,
) {
  const title = `encoding ${against.name}`;
  const others = await withProgress(log, title, against.texts.length, (update) =>
    encoder.encode(against.texts, update),
  );
  const twins = await findLeaks(features, lastOf(others), nearDuplicate);
  return leakFindings(dataset, against, twins);
}

function emptyFinding(line: number): Finding {
  return { kind: "empty", row: -1, line, score: 1, reason: "no text", labels: [], text: "" };
}

function findingOf(dataset: Dataset, kind: FindingKind, row: number, score: number, reason: string): Finding {
  return { kind, row, line: dataset.lines[row], score, reason, labels: dataset.labels[row], text: dataset.texts[row] };
}

/** Only texts with more characters than tokens are allowed can have more tokens. */
function longFindings(dataset: Dataset, { maxTokens, tokenizer }: Encoder): Finding[] {
  return dataset.texts.flatMap((text, row) => {
    if (text.length <= maxTokens) return [];
    const tokens = tokenizer.encode(text).length;
    if (tokens <= maxTokens) return [];
    const reason = `${tokens.toLocaleString("en-US")} tokens, of which the first ${maxTokens} are read`;
    return [findingOf(dataset, "long", row, 1 - maxTokens / tokens, reason)];
  });
}

async function withProgress<T>(
  log: Log,
  title: string,
  total: number,
  work: (update: (done: number) => void) => Promise<T>,
): Promise<T> {
  const progress = log.progress(title, total);
  try {
    return await work((done) => progress.update(Math.round(done)));
  } finally {
    progress.stop();
  }
}
