import { HeadstartError } from "../errors.js";

/** A run folder was begun with other data or options: its cells say nothing about this run. */
export class RunDiffersError extends HeadstartError {
  readonly code = "RUN_DIFFERS";

  constructor(folder: string, what: string, before: unknown, now: unknown) {
    super(
      `${folder}: holds a run with another ${what}: ${brief(before)} then, ${brief(now)} now. ` +
        "Run with what it was begun with to go on, or choose another --out.",
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

/** There are too few rows to draw from and to score on. */
export class TooFewRowsError extends HeadstartError {
  readonly code = "EXPERIMENT_ROWS";

  constructor(name: string, found: string, needed: string) {
    super(`${name}: ${found}; the experiment needs ${needed}. Give more rows, or fewer labels a class.`);
  }
}

function brief(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > 120 ? `${json.slice(0, 117)}…` : json;
}
