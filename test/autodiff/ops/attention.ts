import { DataType } from "../../../src/onnx/schema.js";
import { makeTensor } from "../../../src/onnx/tensor.js";
import { flags, held, type Operand, real } from "../operands.js";
import type { VjpCase } from "../vjp-case.js";
import { float32Only, floatAttribute, use } from "./cases.js";

const attention = (about: string, operands: Operand[], extra: Partial<VjpCase> = {}): VjpCase =>
  use("Attention", about, operands, { opsets: [23], ...float32Only, ...extra });

const heads = () => real("B", 2, "T", 4);

const four = () => real("B", 2, 4, 3);

/** Which of four tokens read which. */
const known = makeTensor("", [4, 4], Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1));
const knownFlags: Operand = { kind: "constant", tensor: { ...known, dataType: DataType.BOOL } };

export const cases: VjpCase[] = [
  attention("without a mask", [heads(), heads(), heads()]),
  attention("with a mask for each text", [heads(), heads(), heads(), held("B", 1, "T", "T")]),
  attention("with a mask for all texts", [heads(), heads(), heads(), held("T", "T")]),
  attention("with a mask of truth values", [heads(), heads(), heads(), flags("B", 1, "T", "T")]),
  attention("with a mask of truth values that is known", [four(), four(), four(), knownFlags]),
  attention("with a mask that is differentiated", [heads(), heads(), heads(), real(2, "T", "T")]),
  attention("with a scale", [heads(), heads(), heads()], { others: [floatAttribute("scale", 0.25)] }),
  attention("to a fixed number of keys, values of another size", [heads(), real("B", 2, 5, 4), real("B", 2, 5, 3)]),
];
