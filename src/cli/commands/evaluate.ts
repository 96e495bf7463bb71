import { basename } from "node:path";
import { TextClassifier } from "../../classifier/classifier.js";
import type { Manifest } from "../../classifier/manifest.js";
import { type Dataset, loadDataset } from "../../data/dataset.js";
import type { Format } from "../../data/format.js";
import { counted } from "../../data/wording.js";
import { OutputError } from "../../errors.js";
import { reliabilityBins } from "../../evaluate/calibration.js";
import { labelSubstitutions } from "../../evaluate/confused-pairs.js";
import { type PairedComparison, pairedComparison } from "../../evaluate/paired-comparison.js";
import { predictRows } from "../../evaluate/predicted-rows.js";
import { surestErrors } from "../../evaluate/surest-errors.js";
import type { MultiLabelInput, Scores, SingleLabelInput } from "../../evaluate/types.js";
import { stderrLog } from "../../log.js";
import type { Arithmetic } from "../../onnx/integer-arithmetic.js";
import { Random } from "../../random.js";
import { scoresText } from "../../report/scores-text.js";
import type { EvaluationReport } from "../../report/types.js";
import { writeWhole } from "../../whole-file.js";
import { comparisonText } from "../comparison-text.js";
import { onInterrupt } from "../interrupt.js";
import { commandLine, print, printJson } from "../print.js";

/** What the command line gives `evaluate`. */
export interface EvaluateOptions {
  text?: string;
  label?: string;
  format?: Format;
  skipEmpty?: boolean;
  compare?: string;
  arithmetic?: Arithmetic;
  report?: string;
  seed: number;
  json?: boolean;
  quiet?: boolean;
}

interface Evaluated {
  folder: string;
  manifest: Manifest;
  scores: Scores;
  input: SingleLabelInput | MultiLabelInput;
  outOfScope: Uint8Array | null;
}

/** `headstart evaluate`. @throws the errors of loading, reading and comparing */
export async function evaluate(folder: string, data: string, options: EvaluateOptions): Promise<void> {
  const log = stderrLog(options);
  onInterrupt(() => `nothing was written; the same command line starts over:\n  ${commandLine()}`);
  const classifiers: TextClassifier[] = [];
  try {
    for (const each of options.compare === undefined ? [folder] : [folder, options.compare]) {
      classifiers.push(await TextClassifier.load(each, { arithmetic: options.arithmetic }));
    }
    const { text, label, format, skipEmpty } = options;
    const { multiLabel } = classifiers[0];
    const dataset = await loadDataset(data, { text, label, format, skipEmpty, multiLabel });
    for (const note of dataset.notes) log.info(note);
    const a = await evaluated(classifiers[0], folder, dataset, options);
    const b = classifiers[1] && (await evaluated(classifiers[1], options.compare!, dataset, options));
    await tell(dataset, a, b, options);
  } finally {
    for (const classifier of classifiers) await classifier.dispose();
  }
}

async function tell(dataset: Dataset, a: Evaluated, b: Evaluated | undefined, options: EvaluateOptions): Promise<void> {
  const random = new Random(options.seed);
  const comparison = b && pairedComparison(a.input as SingleLabelInput, b.input as SingleLabelInput, { random });
  if (options.report !== undefined) {
    await writeReport(options.report, reportOf(a, b, comparison, dataset, options));
    stderrLog(options).info(`report: ${options.report}`);
  }
  const { name, fingerprint } = dataset;
  if (options.json) {
    const compare = b && { folder: b.folder, scores: b.scores, comparison };
    printJson({
      folder: a.folder,
      data: { name, fingerprint },
      scores: a.scores,
      outOfScope: outOfScopeRows(a),
      compare,
    });
    return;
  }
  print(`${a.folder} on ${name}:\n${scoresText(a.scores).trimEnd()}`);
  const outside = outOfScopeRows(a);
  if (outside) print(`\n${outOfScopeText(outside, a)}`);
  if (b) print(`\n${b.folder} on ${name}:\n${scoresText(b.scores).trimEnd()}`);
  if (b && comparison) print(`\n${comparisonText(a.folder, b.folder, comparison)}`);
}

/** What `predict --abstain-as` would do with the rows; undefined where the model has no threshold. */
function outOfScopeRows({ outOfScope, input }: Evaluated): { rows: number; wrongAmongThem: number } | undefined {
  if (!outOfScope || "thresholds" in input) return undefined;
  const { predicted } = predictRows(input);
  const rows = [...outOfScope.keys()].filter((row) => outOfScope[row] === 1);
  return { rows: rows.length, wrongAmongThem: rows.filter((row) => predicted[row] !== input.labels[row]).length };
}

function outOfScopeText({ rows, wrongAmongThem }: { rows: number; wrongAmongThem: number }, { scores }: Evaluated) {
  if (rows === 0) return "None of the rows seem to fit no label (predict --abstain-as).";
  const kept = scores.n - rows;
  const right = scores.kind === "single-label" ? Math.round(scores.accuracy * scores.n) - (rows - wrongAmongThem) : 0;
  const others = kept === 0 ? "" : `; of the others ${((100 * right) / kept).toFixed(1)}% are right`;
  return `${counted(rows, "row seems", "rows seem")} to fit no label (predict --abstain-as), ${wrongAmongThem} of them wrong${others}.`;
}

async function evaluated(
  classifier: TextClassifier,
  folder: string,
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<Evaluated> {
  const bar = stderrLog(options).progress(`evaluating ${basename(folder)}`, dataset.texts.length);
  try {
    const { seed } = options;
    const { scores, probabilities, outOfScope } = await classifier.evaluate(dataset, {
      seed,
      onProgress: (done) => bar.update(done),
    });
    const input = classifier.scoringInput(dataset, probabilities);
    return { folder, manifest: classifier.manifest, scores, input, outOfScope };
  } finally {
    bar.stop();
  }
}

function reportOf(
  a: Evaluated,
  b: Evaluated | undefined,
  result: PairedComparison | undefined,
  dataset: Dataset,
  options: EvaluateOptions,
): EvaluationReport {
  const { input, manifest } = a;
  return {
    title: `${basename(a.folder)} on ${basename(dataset.name)}`,
    scores: a.scores,
    reliability: reliabilityBins(input),
    surestErrors: surestErrors(input).map((error) => ({ ...error, text: dataset.texts[error.row] })),
    ...("thresholds" in input && { substitutions: labelSubstitutions(input) }),
    ...(b && result && { comparison: { nameA: a.folder, nameB: b.folder, result } }),
    provenance: {
      command: commandLine(),
      date: new Date().toISOString().slice(0, 10),
      encoder: manifest.encoder.name,
      seed: options.seed,
      dataFingerprint: dataset.fingerprint,
      versions: { headstart: manifest.headstart, ...manifest.versions },
    },
  };
}

async function writeReport(path: string, report: EvaluationReport): Promise<void> {
  const { renderEvaluation } = await import("../../report/evaluation-page.js");
  const page = renderEvaluation(report);
  try {
    await writeWhole(path, page);
  } catch (error) {
    throw new OutputError(path, error);
  }
}
