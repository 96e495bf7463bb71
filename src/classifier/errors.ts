import { HeadstartError } from "../errors.js";
import { schemaVersion } from "./manifest.js";

/** A folder is not a classifier that Headstart can load. */
export class ModelFolderError extends HeadstartError {
  readonly code = "MODEL_FOLDER";

  constructor(folder: string, problem: string) {
    super(`${folder}: ${problem}. A model folder is what \`headstart train --out\` writes.`);
  }
}

/** A folder was made by a newer Headstart. */
export class NewerSchemaError extends HeadstartError {
  readonly code = "NEWER_SCHEMA";

  constructor(folder: string, found: unknown) {
    super(
      `${folder}: headstart.json has schema ${found}, this version reads up to ${schemaVersion}. Update Headstart.`,
    );
  }
}

/** A model has no threshold below which a text fits none of its labels. */
export class NoScopeThresholdError extends HeadstartError {
  readonly code = "NO_SCOPE_THRESHOLD";

  constructor(folder: string, reason: string) {
    super(
      `${folder}: has no threshold below which a text fits none of its labels: ${reason}. ` +
        "Say --min-confidence, or train it again.",
    );
  }
}

/** A folder that something else lies in would be overwritten. */
export class OccupiedFolderError extends HeadstartError {
  readonly code = "OCCUPIED_FOLDER";

  constructor(folder: string) {
    super(`${folder}: holds files, but is no model of Headstart, so it is not replaced. Choose another folder.`);
  }
}

/** What was loaded back does not compute what was trained: nothing is saved. */
export class SaveVerificationError extends HeadstartError {
  readonly code = "SAVE_VERIFICATION";

  constructor(difference: number, tolerance: number) {
    super(`The saved model's logits differ by ${difference} (allowed ${tolerance}); nothing was written. Report this.`);
  }
}
