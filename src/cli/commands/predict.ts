import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { TextClassifier } from "../../classifier/classifier.js";
import { NoScopeThresholdError } from "../../classifier/errors.js";
import type { Manifest } from "../../classifier/manifest.js";
import { predictWindows } from "../../classifier/predict-stream.js";
import { type RowOptions, type RowValues, rowValues } from "../../classifier/row-values.js";
import { writtenRecords, writtenShape } from "../../data/as-json.js";
import { textColumnOf } from "../../data/columns.js";
import type { Format } from "../../data/format.js";
import { openTable, type Table } from "../../data/table.js";
import { counted } from "../../data/wording.js";
import { type TableShape, TableWriter } from "../../data/write.js";
import { isAddress } from "../../distribute/store.js";
import { HeadstartError, OutputError, UsageError } from "../../errors.js";
import { type Log, stderrLog } from "../../log.js";
import type { Arithmetic } from "../../onnx/integer-arithmetic.js";
import { onInterrupt } from "../interrupt.js";
import { type OutputIdentity, PartialOutput } from "../partial-output.js";
import { commandLine } from "../print.js";

const MS_BETWEEN_MESSAGES = 10_000;

/** What the command line gives `predict`. */
export interface PredictOptions extends RowOptions {
  out?: string;
  resume?: boolean;
  text?: string;
  format?: Format;
  arithmetic?: Arithmetic;
  json?: boolean;
  quiet?: boolean;
}

/** `headstart predict`. @throws the errors of loading, reading and writing; ResumeError */
export async function predict(folder: string, data: string, options: PredictOptions): Promise<void> {
  if (options.resume && options.out === undefined)
    throw new UsageError("--resume needs --out: the file to go on with.");
  if (isAddress(options.out ?? ""))
    throw new UsageError(`--out ${options.out} needs --queue: without it --out is a file.`);
  const log = stderrLog(options);
  onInterrupt(() => interruption(options, data, 0));
  if (data === "-" && process.stdin.isTTY) log.info("Type a text a line; end with Ctrl-D.");
  const model = await TextClassifier.load(folder, options);
  try {
    requireThreshold(folder, model.manifest, options);
    const table = await openTable(data, options);
    try {
      await predictTable(model, table, data, options, log);
    } finally {
      table.close();
    }
  } finally {
    await model.dispose();
  }
}

/** @throws NoScopeThresholdError where the model has to know on its own when to abstain, and does not */
export function requireThreshold(folder: string, { task, outOfScope }: Manifest, options: RowOptions): void {
  if (outOfScope || options.abstainAs === undefined || options.minConfidence !== undefined) return;
  const reason =
    task === "multi-label"
      ? "its texts may have no label at all"
      : "it was saved by an earlier version, or too few rows were held out in training";
  throw new NoScopeThresholdError(folder, reason);
}

async function predictTable(
  model: TextClassifier,
  table: Table,
  data: string,
  options: PredictOptions,
  log: Log,
): Promise<void> {
  for (const note of table.notes) log.info(note);
  const textColumn = textColumnOf(table, options.text);
  const shape = writtenShape(table, options.json ?? false);
  const values = rowValues(model, { ...options, asNumbers: shape.format === "jsonl" });
  const job = { model, table, textColumn, shape, values, log };
  if (options.out === undefined) {
    const writer = new TableWriter(process.stdout, shape, values.columns);
    await writeRows(job, writer, 0);
    await writer.finish();
    return;
  }
  const identity = await identityOf(model, data, textColumn, options);
  const output = await PartialOutput.open(options.out, identity, options.resume ?? false);
  const { start } = output;
  onInterrupt(() => interruption(options, data, output.certainRows));
  if (options.resume)
    log.info(start.rows > 0 ? `going on after ${counted(start.rows, "row")}` : "nothing to resume: starting");
  await writeFile(job, output, options.out);
  log.info(`written: ${options.out}`);
}

function interruption({ out, resume }: PredictOptions, data: string, certainRows: number): string {
  if (out === undefined) return "the rows so far are on stdout; with --out a run can be resumed.";
  if (certainRows === 0) return `no rows were finished; the same command line starts over:\n  ${commandLine()}`;
  const from = data === "-" ? ", given the same input" : "";
  const line = resume ? commandLine() : `${commandLine()} --resume`;
  return `${counted(certainRows, "row is", "rows are")} kept in ${out}.partial; this goes on after them${from}:\n  ${line}`;
}

interface Job {
  model: TextClassifier;
  table: Table;
  textColumn: string;
  shape: TableShape;
  values: RowValues;
  log: Log;
}

async function writeFile(job: Job, output: PartialOutput, path: string): Promise<void> {
  const { start, stream } = output;
  const writer = new TableWriter(stream, job.shape, job.values.columns, { header: start.bytes === 0 });
  try {
    await writeRows(job, writer, start.rows, (rows) => output.checkpoint(rows, start.bytes + writer.bytesWritten));
    await writer.finish();
  } catch (error) {
    stream.destroy();
    const isOfDisk = !(error instanceof HeadstartError) && (error as NodeJS.ErrnoException).syscall !== undefined;
    throw isOfDisk ? new OutputError(path, error) : error;
  }
  await output.complete();
}

async function writeRows(
  { model, table, textColumn, shape, values, log }: Job,
  writer: TableWriter,
  skip: number,
  onWindow?: (rows: number) => Promise<void>,
): Promise<void> {
  const startMs = performance.now();
  let toldMs = startMs;
  let rows = skip;
  let empty = 0;
  for await (const window of predictWindows(model, table, textColumn, values, skip)) {
    await writer.write(writtenRecords(window.records, table, shape), window.values);
    rows += window.records.length;
    empty += window.empty;
    await onWindow?.(rows);
    if (performance.now() - toldMs < MS_BETWEEN_MESSAGES) continue;
    toldMs = performance.now();
    log.info(`${counted(rows, "row")}, ${rateText(rows - skip, toldMs - startMs)}`);
  }
  log.info(`predicted ${counted(rows - skip, "row")}, ${rateText(rows - skip, performance.now() - startMs)}`);
  if (empty > 0) log.warn(`${counted(empty, "row has", "rows have")} an empty text and got an empty label.`);
}

function rateText(rows: number, ms: number): string {
  return `${Math.round((1000 * rows) / Math.max(ms, 1)).toLocaleString("en-US")} rows/s`;
}

async function identityOf(
  model: TextClassifier,
  data: string,
  textColumn: string,
  options: PredictOptions,
): Promise<OutputIdentity> {
  const { graphSha256, labels, thresholds } = model.manifest;
  const { format, top, all, minConfidence, abstainAs, arithmetic, json } = options;
  const told = { text: textColumn, format, top, all, minConfidence, abstainAs, arithmetic, json };
  return {
    model: createHash("sha256")
      .update(JSON.stringify([graphSha256, labels, thresholds]))
      .digest("hex"),
    input: { name: data, sizeBytes: data === "-" ? null : (await stat(data)).size },
    options: JSON.parse(JSON.stringify(told)),
  };
}
