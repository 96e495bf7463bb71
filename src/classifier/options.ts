import type { Recipe } from "../adapt/recipe.js";
import { checkRecipe } from "../adapt/recipe-changes.js";
import type { FeatureKind } from "../encoder/encoder.js";
import { OptionError } from "../errors.js";
import type { Log } from "../log.js";
import type { PoolingMode } from "../onnx/compose.js";
import type { TensorflowBackend } from "../runtime/tensorflow.js";
import type { AdaptRequest } from "../train/train-adapted.js";

/** What `TextClassifier.fit` may be told; everything has a default. */
export interface FitOptions {
  /** The embedded encoder's name, a folder, an .onnx file, or an id on the hub. */
  encoder?: string;
  /** `auto` chooses by cross-validation on the training rows. */
  features?: "auto" | FeatureKind;
  /** Inverse strength of the L2 penalty, as scikit-learn's. Where missing 1, from 300 rows on chosen by cross-validation. */
  C?: number;
  classWeight?: "balanced" | "none";
  /** Layers of the encoder to train, counted from the last: `auto` decides by rows held out. Default `none`. */
  adapt?: "none" | AdaptRequest;
  /** In place of parts of the usual recipe by which layers are trained. */
  recipe?: Partial<Recipe>;
  /** Go on with an adaptation of the same data and options that was interrupted. */
  resume?: boolean;
  /** How often an adaptation keeps its state for `resume`; default 20. */
  checkpointSeconds?: number;
  /** Learn from what the labels are called as well, where the names tell of the labels. Default true. */
  labelNames?: boolean;
  seed?: number;
  /** Folds of the cross-validation that chooses. */
  folds?: number;
  dtype?: "int8" | "fp32";
  pooling?: PoolingMode;
  maxTokens?: number;
  backend?: TensorflowBackend;
  /** Where features are kept between runs; null keeps none. */
  cacheFolder?: string | null;
  multiLabel?: boolean;
  log?: Log;
  /** For the manifest: the command that was typed, and when. */
  command?: string;
  createdAt?: string;
}

/** Below this many rows cross-validation is too noisy to choose C: see docs/decisions/0003. */
const fewestRowsToChooseC = 300;

/** Values of C that cross-validation chooses from, for so many rows. */
export function strengthsFor(rows: number): number[] {
  return rows < fewestRowsToChooseC ? [1] : [1, 3, 10];
}

/** @throws OptionError for a value that is not allowed. */
export function checkFitOptions(options: FitOptions): void {
  const { C, folds, maxTokens, seed, adapt, dtype, recipe, checkpointSeconds } = options;
  const named = adapt === undefined || adapt === "none" || adapt === "auto" || adapt === "all";
  if (!named && !(Number.isInteger(adapt) && adapt >= 1)) {
    throw new OptionError("adapt", adapt, "none, auto, all or a whole number from 1 on");
  }
  if (dtype !== undefined && dtype !== "int8" && dtype !== "fp32") {
    throw new OptionError("dtype", dtype, "int8 or fp32");
  }
  if (recipe !== undefined) checkRecipe(recipe);
  if (checkpointSeconds !== undefined && !(checkpointSeconds > 0)) {
    throw new OptionError("checkpoint every", checkpointSeconds, "a number of seconds above 0");
  }
  if (C !== undefined && !(C > 0)) throw new OptionError("C", C, "a number above 0");
  if (folds !== undefined && !(Number.isInteger(folds) && folds >= 2)) {
    throw new OptionError("folds", folds, "a whole number from 2 on");
  }
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 4)) {
    throw new OptionError("max tokens", maxTokens, "a whole number from 4 on");
  }
  if (seed !== undefined && !Number.isInteger(seed)) throw new OptionError("seed", seed, "a whole number");
}
