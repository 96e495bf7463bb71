import { nearestName } from "../data/nearest.js";
import { HeadstartError } from "../errors.js";

/** A run folder was begun with other data or options: its cells say nothing about this run. */
export class RunDiffersError extends HeadstartError {
  readonly code = "RUN_DIFFERS";

  /** @param command that began the run */
  constructor(folder: string, what: string, before: unknown, now: unknown, command?: string) {
    const begun = command === undefined ? "" : ` It was begun by: ${command}`;
    super(
      `${folder}: holds a run with another ${what}: ${brief(before)} then, ${brief(now)} now. ` +
        `Run with what it was begun with to go on, or choose another --out.${begun}`,
    );
  }
}

/** A folder that is no run folder would be written into. */
export class NoRunFolderError extends HeadstartError {
  readonly code = "RUN_FOLDER";

  constructor(folder: string, problem: string) {
    super(`${folder}: ${problem}. Choose another --out.`);
  }
}

/** Some cells of an experiment failed; the others are kept. */
export class CellsFailedError extends HeadstartError {
  readonly code = "CELLS_FAILED";

  constructor(failures: readonly { id: string; error: string }[], cells: number) {
    const [first] = failures;
    super(
      `${failures.length} of ${cells} cells failed, the first ${first.id}: ${first.error} ` +
        "The others are kept: the same command runs the failed ones again.",
    );
  }
}

/** A file of fixed rows is not what it should be. */
export class SplitsFileError extends HeadstartError {
  readonly code = "SPLITS_FILE";

  constructor(path: string, problem: string) {
    super(
      `${path}: ${problem}. Expected JSON: an object of arrays of row numbers from 0, one array a draw, ` +
        'such as {"0": [12, 7], "1": [3, 30]}.',
    );
  }
}

/** An experiment of single-label data was given rows with several labels. */
export class SeveralLabelsARowError extends HeadstartError {
  readonly code = "EXPERIMENT_MULTI_LABEL";

  constructor(name: string, command: string) {
    super(
      `${name}: has rows with several labels; ${command} draws a number of rows a class and needs one label a row.`,
    );
  }
}

/** Rows to be scored, or to be adapted to, have none of the labels that there are to train on. */
export class NoSharedLabelError extends HeadstartError {
  readonly code = "EXPERIMENT_LABELS";

  constructor(name: string, found: readonly string[], trainedOn: string, known: readonly string[]) {
    const near = found.map((label) => [label, nearestName(label, known)]).find(([, like]) => like !== undefined);
    const hint = near ? ` (did ${quoted([near[0]!])} mean ${quoted([near[1]!])}?)` : "";
    super(
      `${name}: none of its labels is one of ${trainedOn}: found ${quoted(found)}, expected ${quoted(known)}${hint}. ` +
        "Rename the labels of one file, or name the column with --label.",
    );
  }
}

/** There are too few rows to draw from and to score on. */
export class TooFewRowsError extends HeadstartError {
  readonly code = "EXPERIMENT_ROWS";

  constructor(name: string, found: string, needed: string) {
    super(`${name}: ${found}; the experiment needs ${needed}. Give more rows, or fewer labels a class.`);
  }
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  return names.length > shown.length ? `${shown.join(", ")}, …` : shown.join(", ");
}

function brief(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > 120 ? `${json.slice(0, 117)}…` : json;
}
