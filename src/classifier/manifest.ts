import type { OpenRecipe } from "../adapt/recipe.js";
import type { FeatureKind } from "../encoder/encoder.js";
import type { Scores } from "../evaluate/types.js";
import type { StoredForm } from "../train/adapt-and-fit.js";
import type { AdaptationEvidence } from "../train/adaptation-evidence.js";
import type { LabelNamesRecord } from "../train/label-names.js";
import type { AdaptRequest } from "../train/train-adapted.js";

/** The form of `headstart.json`; a folder with a larger number was made by a newer Headstart. */
export const schemaVersion = 1;

/** `headstart.json`: how a classifier was made, enough to make it again. */
export interface Manifest {
  schemaVersion: number;
  headstart: string;
  createdAt?: string;
  command?: string;
  encoder: {
    name: string;
    /** SHA-256 over graph, weights, tokenizer, pooling and length. */
    fingerprint: string;
    modelType: string;
    pooling: string;
    layers: number;
    hiddenSize: number;
    maxTokens: number;
    dtype: string;
    notes: string[];
  };
  head: { features: FeatureKind; C: number; featureSize: number; temperature: number; classWeight: string };
  task: "single-label" | "multi-label";
  labels: string[];
  /** [K], multi-label: a label is given from this probability on. */
  thresholds?: number[];
  seed: number;
  data: { name: string; fingerprint: string; rows: number; rowsPerLabel: Record<string, number> };
  /**
   * Whether the labels' names were learnt from; missing where nobody wanted that, where rows are many, or an earlier version saved
   * the folder.
   */
  labelNames?: LabelNamesRecord;
  /** How the encoder was adapted, or why it was not; missing where nobody asked. */
  adaptation?: AdaptationRecord;
  /**
   * When a text fits none of the labels: its `in_scope`, an output of the graph, is below the threshold. Missing where rows have several labels, fewer
   * than ten rows were held out, or an earlier version saved the folder.
   */
  outOfScope?: ScopeRecord;
  /** Scores on rows that took no part in any choice; null where there were too few rows. */
  heldOut: { method: string; scores: Scores } | null;
  /** What was tried, by cross-validation on the training rows. */
  selection: { features: string; C: number; logLoss: number; accuracy: number }[];
  /** Of Node and the packages that had a part in it. */
  versions: Record<string, string>;
  backend: string;
  timesMs: Record<string, number>;
  /** SHA-256 of `onnx/model.onnx`. */
  graphSha256?: string;
}

export interface ScopeRecord {
  /** What the score is made of. */
  score: "similarity and logit" | "logit";
  threshold: number;
  /** The share of the training rows, held out in turn, that reaches the threshold. */
  keeps: number;
  /** Their number. */
  rows: number;
}

export interface AdaptationRecord {
  request: AdaptRequest;
  /** Layers trained; 0 where the frozen encoder was kept. */
  depth: number;
  evidence: AdaptationEvidence;
  recipe: OpenRecipe;
  /** Of the recipe's steps, those that were done. */
  steps?: number;
  finalLoss?: number;
  stored?: StoredForm;
}
