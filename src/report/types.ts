import type { ReliabilityBin } from "../evaluate/calibration.js";
import type { LabelSubstitution } from "../evaluate/confused-pairs.js";
import type { PairedComparison } from "../evaluate/paired-comparison.js";
import type { SureError } from "../evaluate/surest-errors.js";
import type { Scores } from "../evaluate/types.js";

/** All that the page of one evaluation shows; made of the records of `evaluate/` and of facts of the caller. */
export interface EvaluationReport {
  /** Heading, for instance "reviews-model on test.csv". */
  title: string;
  scores: Scores;
  /** From `reliabilityBins`. */
  reliability: readonly ReliabilityBin[];
  /** From `surestErrors`, with the text of each row. */
  surestErrors: readonly (SureError & { text: string })[];
  /** From `labelSubstitutions`; multi-label only. */
  substitutions?: readonly LabelSubstitution[];
  /** A second classifier on the same rows. */
  comparison?: NamedComparison;
  /** What the reader should know before the figures, for instance "12 texts were cut at 256 tokens". */
  warnings?: readonly string[];
  provenance: Provenance;
}

/** A paired test with the names of both classifiers. */
export interface NamedComparison {
  nameA: string;
  nameB: string;
  result: PairedComparison;
}

/** What it takes to make the figures again. */
export interface Provenance {
  /** The command line. */
  command: string;
  /** When it ran, as it is to be shown. */
  date: string;
  encoder: string;
  seed: number;
  dataFingerprint: string;
  /** Version by tool. */
  versions: Readonly<Record<string, string>>;
  /** Further facts by name, shown after the others. */
  facts?: Readonly<Record<string, string>>;
}
