import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { TextClassifier } from "../../classifier/classifier.js";
import { OccupiedFolderError } from "../../classifier/errors.js";
import type { FitOptions } from "../../classifier/options.js";
import { planTraining } from "../../classifier/plan.js";
import { type Dataset, loadDataset } from "../../data/dataset.js";
import { FileMissingError } from "../../data/errors.js";
import type { Format } from "../../data/format.js";
import { labelCounts } from "../../data/labels.js";
import { noticesOf } from "../../data/notices.js";
import { requireTrainable } from "../../data/trainable.js";
import { counted, listed } from "../../data/wording.js";
import { UsageError } from "../../errors.js";
import type { Scores } from "../../evaluate/types.js";
import { type Log, silentLog, stderrLog } from "../../log.js";
import { adaptationText } from "../../report/adaptation-text.js";
import { labelNamesText } from "../../report/label-names-text.js";
import { planText } from "../../report/plan-text.js";
import { scoresText } from "../../report/scores-text.js";
import { fewestRowsToScore } from "../../train/train-head.js";
import { onInterrupt } from "../interrupt.js";
import { requirePlaceForFolder } from "../output-place.js";
import { commandLine, print, printJson, shellWord } from "../print.js";

/** What the command line gives `train`. */
export interface TrainOptions
  extends Pick<
    FitOptions,
    | "encoder"
    | "adapt"
    | "recipe"
    | "resume"
    | "features"
    | "C"
    | "classWeight"
    | "labelNames"
    | "pooling"
    | "maxTokens"
    | "dtype"
    | "backend"
    | "seed"
  > {
  out: string;
  text?: string;
  label?: string;
  format?: Format;
  multiLabel?: boolean;
  singleLabel?: boolean;
  skipEmpty?: boolean;
  dropRare?: boolean;
  foldLabels?: boolean;
  test?: string;
  plan?: boolean;
  /** In seconds. */
  checkpointEvery?: number;
  cache: boolean;
  json?: boolean;
  quiet?: boolean;
}

/** `headstart train`. @throws the errors of reading, training and saving */
export async function train(data: string, options: TrainOptions): Promise<void> {
  const log = stderrLog(options);
  if (options.resume && !(adapts(options) && options.cache)) {
    throw new UsageError("--resume goes on with an adaptation that was kept: it needs --adapt, and no --no-cache.");
  }
  if (options.recipe && !adapts(options)) {
    throw new UsageError("--recipe says how --adapt trains: it needs --adapt auto, all or a number of layers.");
  }
  if (options.plan) return printPlan(data, options);
  if (!options.out) throw new UsageError("train needs --out <folder>: where to write the model.");
  const state = { saved: false };
  onInterrupt(() => interruption(options, state.saved));
  requireFree(options.out);
  if (options.test !== undefined && options.test !== "-" && !existsSync(options.test)) {
    throw new FileMissingError(options.test);
  }
  const dataset = requireTrainable(await loadDataset(data, loadOptions(options)), options);
  introduce(dataset, options, log);
  const testData = options.test === undefined ? undefined : await loadTest(options.test, dataset, options);
  const classifier = await TextClassifier.fit(dataset, fitOptions(dataset, options, log));
  try {
    await classifier.save(options.out).catch((error) => {
      if (adapts(options) && options.cache)
        log.warn("the same command line with --resume and another --out goes on from the last checkpoint");
      throw error;
    });
    state.saved = true;
    const test = testData && (await classifier.evaluate(testData, { seed: options.seed })).scores;
    if (options.json) printJson({ folder: options.out, ...classifier.manifest, ...(test && { test }) });
    else conclude(classifier, options, test);
  } finally {
    await classifier.dispose();
  }
}

function adapts({ adapt = "none" }: TrainOptions): boolean {
  return adapt !== "none";
}

async function printPlan(data: string, options: TrainOptions): Promise<void> {
  const dataset = requireTrainable(await loadDataset(data, loadOptions(options)), options);
  const plan = await planTraining(dataset, fitOptions(dataset, options, silentLog));
  if (options.json) printJson(plan);
  else print(planText(plan));
}

/** Said before the training, not after it. @throws OccupiedFolderError, OutputError */
function requireFree(folder: string): void {
  const isModel = existsSync(join(folder, "headstart.json"));
  if (existsSync(folder) && !isModel && !isEmptyFolder(folder)) throw new OccupiedFolderError(folder);
  requirePlaceForFolder(folder);
}

function isEmptyFolder(path: string): boolean {
  return statSync(path).isDirectory() && readdirSync(path).length === 0;
}

function interruption({ out, test, cache, adapt = "none", resume }: TrainOptions, saved: boolean): string {
  if (saved) {
    const rest = `headstart evaluate ${shellWord(out)} ${shellWord(test ?? "<test.csv>")}`;
    return `the model is saved in ${out}; its scores on test data are had by: ${rest}`;
  }
  const former = existsSync(join(out, "headstart.json")) ? ` and the model in ${out} is as it was` : "";
  if (!cache) {
    return `nothing was saved${former}; the same command line starts over, since --no-cache keeps nothing:\n  ${commandLine()}`;
  }
  const kept =
    adapt === "none" ? "features computed so far" : "features computed, and layers adapted up to the last checkpoint,";
  const flag = adapt === "none" || resume ? "" : " --resume";
  const line = `the same command line${flag && ` with${flag}`} goes on from there:\n  ${commandLine()}${flag}`;
  return `nothing was saved${former}; ${kept} are cached, and ${line}`;
}

function loadOptions(options: TrainOptions) {
  const { text, label, format, skipEmpty } = options;
  const multiLabel = options.multiLabel ? true : options.singleLabel ? false : undefined;
  return { text, label, format, skipEmpty, multiLabel };
}

function fitOptions(dataset: Dataset, options: TrainOptions, log: Log): FitOptions {
  const { encoder, adapt, recipe, resume, features, C, classWeight, labelNames, pooling, maxTokens } = options;
  const { dtype, backend, seed, cache } = options;
  const { checkpointEvery: checkpointSeconds } = options;
  const given = {
    encoder,
    adapt,
    recipe,
    resume,
    checkpointSeconds,
    features,
    C,
    classWeight,
    labelNames,
    pooling,
    maxTokens,
    dtype,
    backend,
    seed,
  };
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const createdAt = new Date().toISOString();
  const multiLabel = dataset.multiLabel;
  return { ...told, ...(cache ? {} : { cacheFolder: null }), multiLabel, log, command: commandLine(), createdAt };
}

function introduce(dataset: Dataset, options: TrainOptions, log: Log): void {
  const counts = [...labelCounts(dataset)].sort(([, a], [, b]) => b - a);
  const classes = listed(
    counts.map(([label, rows]) => `${label} (${rows})`),
    8,
  );
  log.info(`data     ${dataset.name}: ${counted(dataset.texts.length, "row")}`);
  for (const note of dataset.notes) log.info(`         ${note}`);
  log.info(`${dataset.multiLabel ? "labels " : "classes"}  ${counts.length}: ${classes}`);
  log.info(`encoder  ${options.encoder ?? "the one embedded in headstart"}, ${adaptationAsked(options.adapt)}`);
  log.info(`trained  a ${dataset.multiLabel ? "multi-label" : "single-label"} logistic regression on its features`);
  for (const notice of noticesOf(dataset)) log.warn(notice);
}

function adaptationAsked(adapt: TrainOptions["adapt"]): string {
  if (adapt === undefined || adapt === "none") return "frozen";
  if (adapt === "auto") return "adapted if that is better";
  return adapt === "all" ? "all of its layers adapted" : `its last ${counted(adapt, "layer")} adapted`;
}

/** Before the training, which a mistake in the file should not cost. */
function loadTest(path: string, { multiLabel }: Dataset, { text, label, skipEmpty }: TrainOptions): Promise<Dataset> {
  return loadDataset(path, { text, label, skipEmpty, multiLabel });
}

function noScores({ labels, manifest }: TextClassifier): string {
  const fewest = manifest.adaptation?.evidence.fewestRows ?? fewestRowsToScore;
  const perClass = Math.ceil(fewest / labels.length);
  const wanted = `${fewest} rows, which is ${perClass} for each of ${labels.length} ${manifest.task === "multi-label" ? "labels" : "classes"}`;
  return `scores   none: ${counted(manifest.data.rows, "row is", "rows are")} too few to hold any out of training; it takes ${wanted}`;
}

function conclude(classifier: TextClassifier, options: TrainOptions, test?: Scores): void {
  const { manifest } = classifier;
  const { head, heldOut, selection, encoder, adaptation, labelNames } = manifest;
  const { out } = options;
  if (heldOut) print(`scores on rows held out of training (${heldOut.method}):\n${scoresText(heldOut.scores)}`);
  else print(noScores(classifier));
  const why =
    selection.length > 1
      ? `lowest log loss of ${counted(selection.length, "candidate")} on rows held out`
      : adaptation?.depth
        ? "the recipe of adaptation"
        : "as told: nothing to choose from";
  if (adaptation) print(`adapted  ${adaptationText(adaptation, manifest.task)}`);
  if (labelNames) print(`names    ${labelNamesText(labelNames)}`);
  print(`chosen   ${head.features} features, C ${head.C}: ${why}`);
  print(`encoder  ${encoder.name}, ${encoder.dtype}, up to ${encoder.maxTokens} tokens`);
  if (test) print(`\nscores on ${options.test}:\n${scoresText(test)}`);
  print(`model    ${out}`);
  const folder = shellWord(out);
  const next = test ? `predict ${folder} -` : `evaluate ${folder} <test.csv>`;
  print(`next     headstart ${next}${test ? "    (one text a line)" : ""}`);
}
