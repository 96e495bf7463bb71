import type { Rule } from "../rule.js";
import * as attention from "./attention.js";
import * as elementwise from "./elementwise.js";
import * as indexing from "./indexing.js";
import * as linalg from "./linalg.js";
import * as movement from "./movement.js";
import { LayerNormalization, Softmax } from "./normalization.js";
import * as reduction from "./reduction.js";

/** The backward rules, by the name that the ONNX specification gives an operator. */
export const rules: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...linalg,
  ...movement,
  ...indexing,
  ...reduction,
  ...attention,
  LayerNormalization,
  Softmax,
};
