import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Dataset, loadDataset } from "../data/dataset.js";
import type { Format } from "../data/format.js";
import { Encoder } from "../encoder/encoder.js";
import { OptionError, OutputError, UsageError } from "../errors.js";
import type { Draw, Shots } from "../experiments/draws.js";
import { CellsFailedError } from "../experiments/errors.js";
import { type ExperimentData, experimentData } from "../experiments/examples.js";
import type { FailedCell, RunOptions } from "../experiments/run.js";
import type { RunManifest } from "../experiments/run-folder.js";
import { readRowList, readSplits } from "../experiments/splits.js";
import { type Log, stderrLog } from "../log.js";
import type { Provenance } from "../report/types.js";
import { loadTensorflow, type Tensorflow, type TensorflowBackend } from "../runtime/tensorflow.js";
import { writeWhole } from "../whole-file.js";
import { onInterrupt } from "./interrupt.js";
import { requireFolderOf } from "./output-place.js";
import { commandLine, print, printJson } from "./print.js";
import { packageVersion } from "./version.js";

/** What every experiment is told on the command line. */
export interface ExperimentOptions {
  text?: string;
  label?: string;
  format?: Format;
  skipEmpty?: boolean;
  test?: string;
  testRows?: string;
  /** Published lists of training rows. */
  splits?: string[];
  encoder?: string;
  maxTokens?: number;
  backend?: TensorflowBackend;
  cache: boolean;
  out?: string;
  plan?: boolean;
  report?: string;
  seed: number;
  draws: number;
  json?: boolean;
  quiet?: boolean;
}

/** Reads a file of one label a row, and says what was decided without being told. */
export async function readExamples(path: string, options: ExperimentOptions): Promise<Dataset> {
  const { text, label, format, skipEmpty } = options;
  const dataset = await loadDataset(path, { text, label, format, skipEmpty });
  const log = stderrLog(options);
  for (const note of dataset.notes) log.info(note);
  return dataset;
}

/** The rows of an experiment: `--test` or a part held out. */
export async function readData(path: string, command: string, options: ExperimentOptions): Promise<ExperimentData> {
  const { test, testRows, splits, seed } = options;
  if (splits && test === undefined) {
    throw new UsageError("--splits needs --test: rows in no list would be guessed to be for testing.");
  }
  requireAllRows(options);
  if (testRows !== undefined && test === undefined)
    throw new UsageError("--test-rows needs --test: the file they are of.");
  const dataset = await readExamples(path, options);
  if (test === undefined) return experimentData(dataset, { command, seed });
  const testing = await readExamples(test, options);
  const rows = testRows === undefined ? undefined : await readRowList(testRows, testing.texts.length);
  return experimentData(dataset, { command, seed, test: { dataset: testing, rows } });
}

/** @throws UsageError where rows may be left out that others are numbered by */
export function requireAllRows({ splits, testRows, skipEmpty }: ExperimentOptions): void {
  if (!skipEmpty || !(splits || testRows)) return;
  const option = splits ? "--splits" : "--test-rows";
  throw new UsageError(
    `${option} numbers the rows of a file, which --skip-empty leaves some out of: give one of them.`,
  );
}

/** Draws of published lists of rows. */
export interface PublishedDraws {
  draws: Draw[];
  /** Of all lists, those beyond `--draws` too, and whatever the file is called. */
  fingerprint: string;
}

/** The first `--draws` lists of each file of `--splits`, numbered on within a size where several have lists of it; missing where none are given. */
export async function publishedDraws(
  { splits, draws }: ExperimentOptions,
  labels: Int32Array,
  classes: number,
): Promise<PublishedDraws | undefined> {
  if (!splits) return undefined;
  const files = await Promise.all(splits.map((file) => readSplits(file, labels, classes)));
  const counts = new Map<Shots, number>();
  const numbered = files
    .flatMap((lists) => lists.slice(0, draws))
    .map(({ shots, rows }) => {
      const draw = counts.get(shots) ?? 0;
      counts.set(shots, draw + 1);
      return { shots, draw, rows };
    });
  const sha256 = createHash("sha256").update(JSON.stringify(files)).digest("hex");
  return { draws: numbered, fingerprint: sha256.slice(0, 16) };
}

/**
 * What the number of draws decides about each of them. As this alone is compared when a run is resumed, draws can be added.
 * @param draws how many there are. @param arePartial whether they are `partialDraws`
 */
export function decidedByDraws(
  draws: number,
  arePartial: boolean,
  { splits }: ExperimentOptions,
): number | "several" | undefined {
  if (splits && splits.length > 1) return draws; // they are numbered on from file to file
  if (!arePartial) return undefined;
  return draws === 1 ? draws : "several";
}

/** Opens TensorFlow.js and an encoder, and closes the encoder at the end. */
export async function withEncoder<T>(
  options: ExperimentOptions,
  work: (setup: { tensorflow: Tensorflow; encoder: Encoder; log: Log }) => Promise<T>,
): Promise<T> {
  const log = stderrLog(options);
  const tensorflow = await loadTensorflow({ backend: options.backend });
  const { maxTokens, cache } = options;
  const cacheFolder = cache ? undefined : null;
  const encoder = await Encoder.open(options.encoder, { features: "last3", maxTokens, cacheFolder, log });
  try {
    return await work({ tensorflow, encoder, log });
  } finally {
    await encoder.dispose();
  }
}

/** The number of layers that an option such as `--adapt` stands for. @throws OptionError beyond the encoder's layers */
export function layersOf(told: number | "all", { layers }: Pick<Encoder, "layers">, option = "--adapt"): number {
  if (told === "all") return layers;
  if (told > layers) throw new OptionError(option, told, `at most ${layers}, the encoder's layers`);
  return told;
}

/** Where the run is kept and what it depends on. @param decisive options that change a result. */
export function runOptions(
  experiment: string,
  name: string,
  data: RunManifest["data"],
  decisive: Record<string, unknown>,
  options: ExperimentOptions,
): RunOptions {
  const folder = options.out ?? `${stemOf(name)}-${experiment}`;
  if (options.report !== undefined) requireFolderOf(options.report);
  const isBegun = existsSync(join(folder, "manifest.json"));
  const log = stderrLog(options);
  log.info(`run      ${folder}${isBegun ? ", gone on with" : ""}`);
  onInterrupt(() => `what is done is kept in ${folder}; the same command line goes on from there:\n  ${commandLine()}`);
  const given = Object.fromEntries(Object.entries(decisive).filter(([, value]) => value !== undefined));
  const versions = { headstart: packageVersion() };
  const manifest = { experiment, options: { seed: options.seed, ...given }, data, versions, command: commandLine() };
  return { folder, log, manifest: { ...manifest, createdAt: new Date().toISOString() } };
}

/** `reviews` of `reviews.csv` and of `reviews/train.csv`. */
function stemOf(path: string): string {
  const stem = basename(path).replace(/\.(csv|tsv|jsonl|txt|json)?(\.gz)?$/, "");
  return stem === "train" ? basename(dirname(resolve(path))) : stem;
}

/** Prints the result, writes the page, and fails where cells failed. @throws CellsFailedError, and what is a bug in a cell as it is */
export async function tell<R>(
  outcome: { result: R; failed: FailedCell[]; cells: number },
  show: { text(result: R): string; page(result: R, provenance: Provenance): string | Promise<string> },
  run: RunOptions,
  options: ExperimentOptions,
): Promise<void> {
  const { result, failed, cells } = outcome;
  const bug = failed.find((cell) => "bug" in cell);
  if (failed.length === cells && bug) throw bug.bug; // there is nothing to tell
  if (options.json) printJson({ folder: run.folder, result, failed: failed.map(({ id, error }) => ({ id, error })) });
  else print(show.text(result).trimEnd());
  if (options.report !== undefined) {
    const page = await show.page(result, provenanceOf(run, options));
    await writeWhole(options.report, page).catch((error) => {
      throw new OutputError(options.report!, error);
    });
    stderrLog(options).info(`report: ${options.report}`);
  }
  if (bug) {
    stderrLog(options).warn(
      `${bug.id} failed by the bug below; the ${cells - failed.length} cells that are done are kept in ${run.folder}`,
    );
    throw bug.bug;
  }
  if (failed.length > 0) throw new CellsFailedError(failed, cells);
}

function provenanceOf({ manifest, folder }: RunOptions, options: ExperimentOptions): Provenance {
  const data = Object.entries(manifest.data).map(([role, { fingerprint }]) => `${role} ${fingerprint}`);
  return {
    command: commandLine(),
    date: new Date().toISOString().slice(0, 10),
    encoder: options.encoder ?? "headstart-mini",
    seed: options.seed,
    dataFingerprint: data.join(" · "),
    versions: { ...manifest.versions, node: process.versions.node },
    facts: {
      "Run folder": folder ?? "none",
      Options: Object.entries(manifest.options)
        .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
        .join(" · "),
    },
  };
}
