import type { Outlook } from "./outlook.js";
import type { StrategyName } from "./strategies/index.js";

/** What the model is to learn from. */
export interface Homework {
  /** Label names in order, K of them, and what is embedded for each: its description or its name. */
  labels: readonly string[];
  descriptions: readonly string[];
  /** Rows with their labels as places in `labels`. */
  answers: readonly (readonly [row: number, labels: readonly number[]])[];
  /** Rows that are not to be asked, beside the answered ones. */
  closed: readonly number[];
  /** A row whose proposal is wanted whether it is asked next or not. */
  focus?: number;
}

/** A row with the model's probabilities, [K]. */
export interface Proposal {
  row: number;
  shares: readonly number[];
  /** Open rows with nearly the same text, where they are wanted. */
  alike: readonly number[];
}

/** What the model has learnt. */
export interface Lesson {
  /** The labels that shares belong to. */
  labels: readonly string[];
  /** What to ask next, the first in front; then the focus, where it is not among them. */
  proposals: readonly Proposal[];
  /** [K], the share from which on a label is proposed, where a row may have several. */
  thresholds?: readonly number[];
  /** Missing before there are ten answers. */
  outlook?: Outlook;
  /** Texts encoded so far; fewer than all while the encoder is at work. */
  encoded: number;
}

/** What a model is opened with, once. */
export interface Subject {
  texts: readonly string[];
  /** The rows that may be asked. */
  order: readonly number[];
  multiLabel: boolean;
  strategy: StrategyName;
  /** Rows to give at a time. */
  ahead: number;
  /** Cosine from which texts are nearly the same; missing where near-duplicates are asked each. */
  near?: number;
  encoder?: string;
  maxTokens?: number;
  cacheFolder?: string | null;
  seed: number;
}
