import { audit as auditDataset } from "../../audit/audit.js";
import { findingsCsv } from "../../audit/findings-csv.js";
import { type Dataset, loadDataset } from "../../data/dataset.js";
import type { Format } from "../../data/format.js";
import { requireTrainable } from "../../data/trainable.js";
import { Encoder } from "../../encoder/encoder.js";
import { OutputError } from "../../errors.js";
import { type Log, stderrLog } from "../../log.js";
import { auditText } from "../../report/audit-text.js";
import type { Provenance } from "../../report/types.js";
import { loadTensorflow, type TensorflowBackend } from "../../runtime/tensorflow.js";
import { writeWhole } from "../../whole-file.js";
import { onInterrupt } from "../interrupt.js";
import { requireNewPlace } from "../output-place.js";
import { commandLine, print, printJson } from "../print.js";
import { packageVersion } from "../version.js";
import { fixLabels, requireAskable } from "./audit-fix.js";

/** What the command line gives `audit`. */
export interface AuditCommandOptions {
  out?: string;
  fix?: string;
  report?: string;
  against?: string;
  near: number;
  show: number;
  text?: string;
  label?: string;
  format?: Format;
  multiLabel?: boolean;
  singleLabel?: boolean;
  foldLabels?: boolean;
  dropRare?: boolean;
  encoder?: string;
  maxTokens?: number;
  folds: number;
  backend?: TensorflowBackend;
  cache: boolean;
  seed: number;
  json?: boolean;
  quiet?: boolean;
}

/** `headstart audit`. @throws the errors of reading and of `requireTrainable`, OutputError */
export async function audit(path: string, options: AuditCommandOptions): Promise<void> {
  const log = stderrLog(options);
  onInterrupt(() => `nothing was written; the same command line starts over:\n  ${commandLine()}`);
  const inputs = [path, options.against].filter((input) => input !== undefined);
  for (const name of ["out", "report"] as const) {
    const file = options[name];
    if (file !== undefined) requireNewPlace(`--${name}`, file, inputs);
  }
  if (options.fix !== undefined) requireAskable(path, options.fix, inputs);
  const dataset = requireTrainable(await read(path, options, log), options);
  const against = options.against === undefined ? undefined : await read(options.against, options, log, dataset);
  const { result, probabilities } = await audited(dataset, against, options, log);
  if (options.out !== undefined) await write(options.out, findingsCsv(result.findings), log);
  if (options.report !== undefined) {
    const { renderAudit } = await import("../../report/audit-page.js");
    await write(options.report, renderAudit(result, provenanceOf(dataset, options)), log);
  }
  if (options.fix !== undefined) await fixLabels(path, dataset, { result, probabilities }, options);
  else if (options.json) printJson(result);
  else print(auditText(result, options.show));
}

async function read(path: string, options: AuditCommandOptions, log: Log, like?: Dataset): Promise<Dataset> {
  const { text, label, format } = options;
  const told = options.multiLabel ? true : options.singleLabel ? false : like?.multiLabel;
  const dataset = await loadDataset(path, { text, label, format, multiLabel: told, skipEmpty: true });
  for (const note of dataset.notes) log.info(note);
  return dataset;
}

async function audited(dataset: Dataset, against: Dataset | undefined, options: AuditCommandOptions, log: Log) {
  const { folds, near, seed, maxTokens, backend, cache } = options;
  const tensorflow = await loadTensorflow({ backend });
  const cacheFolder = cache ? undefined : null;
  const encoder = await Encoder.open(options.encoder, { features: "last3", maxTokens, cacheFolder, log });
  try {
    return await auditDataset(dataset, { tensorflow, encoder, against, nearDuplicate: near, folds, seed, log });
  } finally {
    await encoder.dispose();
  }
}

async function write(path: string, text: string, log: Log): Promise<void> {
  await writeWhole(path, text).catch((error) => {
    throw new OutputError(path, error);
  });
  log.info(`written: ${path}`);
}

function provenanceOf(dataset: Dataset, { encoder, seed, near, folds }: AuditCommandOptions): Provenance {
  return {
    command: commandLine(),
    date: new Date().toISOString().slice(0, 10),
    encoder: encoder ?? "headstart-mini",
    seed,
    dataFingerprint: dataset.fingerprint,
    versions: { headstart: packageVersion(), node: process.versions.node },
    facts: { "Near-duplicates from": String(near), Folds: String(folds) },
  };
}
