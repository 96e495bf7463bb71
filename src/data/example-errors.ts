import { HeadstartError } from "../errors.js";
import { counted, listed, numbered, quote } from "./wording.js";

/** A text is not a string. `where` is `file:line` or `example 3`. */
export class TextTypeError extends HeadstartError {
  readonly code = "TEXT_TYPE";

  constructor(where: string, column: string, found: unknown) {
    const what = found === undefined ? "is missing" : `is ${quote(found)}`;
    super(`${where}: ${quote(column)} ${what}, expected a string in quotes.`);
  }
}

/** A label is neither a string, a number, a boolean nor a list of those. */
export class LabelTypeError extends HeadstartError {
  readonly code = "LABEL_TYPE";

  constructor(where: string, column: string, found: unknown) {
    super(
      `${where}: ${quote(column)} is ${quote(found)}, expected a string or, for several labels, a list of strings.`,
    );
  }
}

/** Texts without a visible character. */
export class EmptyTextsError extends HeadstartError {
  readonly code = "TEXT_EMPTY";

  constructor(name: string, unit: string, lines: readonly number[], total: number) {
    super(
      `${name}: ${counted(lines.length, "empty text")} of ${total.toLocaleString("en-US")} (${numbered(unit, lines)}). ` +
        "Fill them in, or leave such rows out with --skip-empty.",
    );
  }
}

/** A row without a label where each row needs one. */
export class EmptyLabelError extends HeadstartError {
  readonly code = "LABEL_EMPTY";

  constructor(where: string, column: string, total: number) {
    const more = total > 1 ? ` (the first of ${total.toLocaleString("en-US")})` : "";
    super(
      `${where}: ${quote(column)} is empty${more}, expected a label. Fill it in or remove the row; ` +
        "rows may only be without a label when a row can have several (--multi-label).",
    );
  }
}

/** Several labels where one is allowed. */
export class SeveralLabelsError extends HeadstartError {
  readonly code = "LABEL_SEVERAL";

  constructor(where: string, labels: readonly string[]) {
    super(
      `${where}: ${counted(labels.length, "label")} (${listed(labels)}), expected one. ` +
        "Leave --single-label out to train a classifier that can give several.",
    );
  }
}

/** All examples have the same label. */
export class OneClassError extends HeadstartError {
  readonly code = "ONE_CLASS";

  constructor(name: string, label: string | undefined, rows: number) {
    const found = label === undefined ? "no label at all" : `one class only, ${quote(label)}`;
    super(
      `${name}: ${found} in ${counted(rows, "row")}, expected two or more. Add examples of what it should be told from.`,
    );
  }
}

/** Classes with a single example: nothing is left to test them with. */
export class RareClassError extends HeadstartError {
  readonly code = "CLASS_RARE";

  constructor(name: string, unit: string, rare: readonly { label: string; line: number }[]) {
    const list = listed(rare.map(({ label, line }) => `${quote(label, 40)} (${unit} ${line})`));
    super(
      `${name}: ${counted(rare.length, "class has", "classes have")} one example only: ${list}. ` +
        "At least 2 different texts are needed, 8 are a good start. Add examples, correct the label if it is a slip, or leave them out with --drop-rare.",
    );
  }
}

/** Labels that differ in case or white space only. */
export class SimilarLabelsError extends HeadstartError {
  readonly code = "LABELS_SIMILAR";

  constructor(name: string, groups: readonly (readonly { label: string; rows: number }[])[]) {
    const spelled = (group: readonly { label: string; rows: number }[]) =>
      group.map(({ label, rows }) => `${quote(label, 40)} (${counted(rows, "row")})`).join(" and ");
    super(
      `${name}: labels that differ only in case or white space: ${listed(groups.map(spelled), 3)}. ` +
        "Make them one with --fold-labels (the most frequent spelling is kept), or rename them in the file.",
    );
  }
}

/** The labels are quantities. */
export class NumericLabelsError extends HeadstartError {
  readonly code = "LABELS_NUMERIC";

  constructor(name: string, distinct: number, examples: readonly string[]) {
    super(
      `${name}: the labels look like quantities (${counted(distinct, "different number")}: ${listed(examples, 4)}), ` +
        "expected names of classes. Headstart does no regression: make classes of them first, such as low, medium and high, " +
        "or name another column with --label.",
    );
  }
}

/** More classes than make sense. */
export class TooManyClassesError extends HeadstartError {
  readonly code = "CLASSES_TOO_MANY";

  constructor(name: string, column: string, classes: number, rows: number, limit: number) {
    const allowed =
      classes > limit ? `${limit.toLocaleString("en-US")} are allowed` : "at most one class for two rows is allowed";
    super(
      `${name}: ${counted(classes, "class", "classes")} in ${counted(rows, "row")}, ${allowed}. ` +
        `Is ${quote(column)} really the label, or an id or a free text? Name another column with --label, or merge classes.`,
    );
  }
}
