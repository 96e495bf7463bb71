import { OptionError } from "../errors.js";
import { type Features, type LinearHead, selectRows, type Targets } from "../head/linear.js";
import type { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import { type Candidate, CandidatePath, type CandidateScore, type Evaluated, scoredRows } from "./candidate-path.js";
import { foldsOf, foldsToScore } from "./cross-validate.js";

export { accuracyOf, type Candidate, type CandidateScore } from "./candidate-path.js";

export interface SelectOptions {
  candidates: readonly Candidate[];
  folds: number;
  random: Random;
  /** [N], rows with the same number stay in one fold (near-duplicates, paraphrases of one text). */
  groups?: Int32Array;
  classWeight?: "balanced" | "none";
  /** Cross-validations with other folds; few rows need several. */
  repeats?: number;
  /** What the best candidate is best at; ties go to the other criterion, then to the earlier candidate. */
  criterion?: "logLoss" | "accuracy";
  /** Where each fit stops; 1e-4 unless told. */
  tolerance?: number;
  /** What the encoder makes of the labels' names, [K, F] by feature set: to be learnt from as well. */
  names?: Record<string, Features>;
  onProgress?(done: number, total: number): void;
}

export interface Selection {
  best: Candidate;
  /** Of the candidates that were tried, in the order of the candidates. */
  scores: CandidateScore[];
  /** [R], the rows that were held out in turn, ascending: all N, or those of some folds where rows and classes are many */
  rows: Int32Array;
  /** Logits [R, K] of the best candidate on rows that its heads had not seen, averaged over the repeats. */
  outOfFold: Float32Array;
  /** Of the best candidate, the mean of its heads: where a fit on all rows may start. */
  head: LinearHead;
  /** Those of the options, where they were learnt from. */
  names?: Record<string, Features>;
}

/**
 * Chooses features and C by stratified cross-validation: the feature set at its smallest C, then C, which rises as long as
 * that helps. On the tuning sets this chooses as well as trying all pairs (docs/decisions/0003), in half the time. All candidates see
 * the same folds; the heads of all folds are fitted side by side.
 *
 * @throws OptionError when there is nothing to choose from, or fewer than two folds
 */
export async function selectHead(
  tensorflow: Tensorflow,
  featureSets: Record<string, Features>,
  targets: Targets,
  options: SelectOptions,
): Promise<Selection> {
  checkOptions(featureSets, options);
  const { candidates, random, groups, names, repeats = 1, classWeight = "none" } = options;
  const foldings = Array.from({ length: repeats }, () => foldsOf(targets, options.folds, random, groups));
  const { count } = foldings[0];
  const scored = repeats > 1 ? count : foldsToScore(targets, count);
  const validation = { targets, foldings, scored, classWeight, tolerance: options.tolerance };
  const pathOf = (name: string) => {
    const along = candidates.filter(({ features }) => features === name);
    return new CandidatePath(tensorflow, featureSets[name], along, validation, names?.[name]);
  };
  const { best, scores } = await search(pathOf, options);
  const rows = scoredRows(foldings[0], scored);
  return {
    best: best.score.candidate,
    scores: scores.sort((a, b) => candidates.indexOf(a.candidate) - candidates.indexOf(b.candidate)),
    rows,
    outOfFold: selectRows(best.logits, targets.classes, rows),
    head: best.head,
    names,
  };
}

/** The best feature set at its smallest C, then along that set's path until a step makes it worse. */
async function search(pathOf: (features: string) => CandidatePath, options: SelectOptions) {
  const { candidates, repeats = 1, criterion = "logLoss" } = options;
  const total = candidates.length * repeats;
  let done = 0;
  const onFit = () => options.onProgress?.(++done, total);
  const scores: CandidateScore[] = [];
  const paths: CandidatePath[] = [];
  let leader: CandidatePath | undefined;
  let best: Evaluated | undefined;
  const better = (evaluated: Evaluated) => {
    scores.push(evaluated.score);
    const isBest = !best || isBetter(evaluated.score, best.score, criterion);
    if (isBest) best = evaluated;
    return isBest;
  };
  try {
    for (const name of new Set(candidates.map(({ features }) => features))) {
      const path = pathOf(name);
      paths.push(path);
      const first = await path.next(onFit);
      if (first && better(first)) {
        leader?.dispose();
        leader = path;
      } else path.dispose();
    }
    let next = await leader?.next(onFit);
    while (next && better(next)) next = await leader?.next(onFit);
    if (done < total) options.onProgress?.(total, total);
  } finally {
    for (const path of paths) path.dispose();
  }
  return { best: best as unknown as Evaluated, scores };
}

function isBetter(a: CandidateScore, b: CandidateScore, criterion: "logLoss" | "accuracy"): boolean {
  const byLoss = b.meanLogLoss - a.meanLogLoss;
  const byAccuracy = a.accuracy - b.accuracy;
  const [first, second] = criterion === "accuracy" ? [byAccuracy, byLoss] : [byLoss, byAccuracy];
  return first > 0 || (first === 0 && second > 0);
}

function checkOptions(featureSets: Record<string, Features>, { candidates, folds }: SelectOptions): void {
  if (candidates.length === 0) throw new OptionError("candidates", candidates, "at least one");
  if (!(Number.isInteger(folds) && folds >= 2)) throw new OptionError("folds", folds, "a whole number of at least 2");
  const known = Object.keys(featureSets);
  for (const { features } of candidates) {
    if (!known.includes(features)) throw new OptionError("features", features, `one of ${known.join(", ")}`);
  }
}
