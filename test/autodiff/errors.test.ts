import { describe, expect, it } from "vitest";
import { MissingRuleError } from "../../src/autodiff/errors.js";
import { makeNode } from "../../src/onnx/graph.js";
import { AttributeType, DataType } from "../../src/onnx/schema.js";
import { openVjp } from "./check-vjp.js";
import { held, indices, int, ints, leftOut, type Operand, real, sizes } from "./operands.js";
import { float32Only, floatAttribute, use } from "./ops/cases.js";
import { gradientNodes, graphOf } from "./small-graphs.js";
import type { VjpCase } from "./vjp-case.js";

describe("MissingRuleError", () => {
  it("names the operator and the node", () => {
    const node = { ...makeNode("Abs", ["a"], ["y"]), name: "/encoder/Abs" };
    expect(() => gradientNodes([node], ["a"])).toThrow(
      "The operator Abs (node /encoder/Abs) has no backward rule. Adapt fewer layers, or export the model with standard operators.",
    );
  });

  it("names operators of other domains with their domain", () => {
    const node = { ...makeNode("Gelu", ["a"], ["y"]), domain: "com.microsoft" };
    expect(() => gradientNodes([node], ["a"])).toThrow(
      "The operator com.microsoft.Gelu (node y) has no backward rule.",
    );
  });

  it("is thrown for a branch that reads the tensor from outside", () => {
    const node = makeNode("If", ["condition"], ["y"]);
    const branch = graphOf([makeNode("Identity", ["a"], ["inner"])]);
    branch.output = [{ name: "inner" }];
    node.attribute = [{ name: "then_branch", type: AttributeType.GRAPH, g: branch }];
    expect(() => gradientNodes([node, makeNode("Sin", ["a"], ["z"])], ["a"])).toThrow("The operator If (node y)");
  });

  const heads = () => real("B", 2, "T", 4);
  const attention = (operands: Operand[], extra: Partial<VjpCase>) =>
    use("Attention", "", operands, { opsets: [23], ...float32Only, ...extra });
  it.each<[problem: string, vjpCase: VjpCase]>([
    ["its exponent is not one constant number", use("Pow", "", [real(3), held(3)])],
    ["the maximum of 3 tensors", use("Max", "", [real(3), real(3), real(3)])],
    ["one of its factors is a vector", use("MatMul", "", [real("B", 3), real(3)])],
    [
      "it gathers several places along axis 1",
      use("Gather", "", [real("B", 3), ints(0, 2)], { attributes: { axis: 1 } }),
    ],
    [
      "it counts from the end of a varying length",
      use("Gather", "", [real("B", "T"), int(-1)], { attributes: { axis: 1 } }),
    ],
    [
      "its gradient needs operator set 16, and the model has 15",
      use("Gather", "", [real(4, 3), indices(4, "B", "T")], { opsets: [15] }),
    ],
    [
      "its gradient needs operator set 16, and the model has 13",
      use("GatherElements", "", [real("B", 3), indices(3, "B", 2)], { opsets: [13] }),
    ],
    [
      "x0 has a varying length along the axis of concatenation",
      use("Concat", "", [real("B", "T"), real("B", 1)], { attributes: { axis: 1 } }),
    ],
    ["its steps are not all 1", use("Slice", "", [real("B", 4), ints(0), ints(4), ints(1), ints(2)])],
    ["its starts depend on the input", use("Slice", "", [real("B", 8), sizes("T"), ints(8), ints(1)])],
    ["it counts from the end of a varying length", use("Slice", "", [real("B", "T"), ints(-2), ints(9), ints(1)])],
    ["several lengths of [2, 5|7, 2, 2|3] vary", use("Tile", "", [real("T", "B"), ints(2, 2)])],
    ["its axes depend on the input", use("ReduceMean", "", [real(2, 2, 2, 2), sizes("B")], { opsets: [18] })],
    [
      "it averages over an axis of varying length",
      use("ReduceMean", "", [real("B", "T")], { attributes: { axes: [1] } }),
    ],
    ["it normalises over a varying length", use("LayerNormalization", "", [real("B", "T"), real(1)], { opsets: [17] })],
    [
      "an output beside its first is read",
      use("LayerNormalization", "", [real("B", 4), real(4)], {
        outputs: 2,
        behind: [makeNode("Add", ["y0", "y1"], ["y"])],
        opsets: [17],
      }),
    ],
    ["its attribute is_causal is set", attention([heads(), heads(), heads()], { attributes: { is_causal: 1 } })],
    [
      "its attribute softcap is set",
      attention([heads(), heads(), heads()], { others: [floatAttribute("softcap", 2)] }),
    ],
    ["heads share their keys", attention([real("B", 4, "T", 4), heads(), heads()], {})],
    [
      "its heads are not an axis of their own",
      attention([real("B", "T", 4), real("B", "T", 4), real("B", "T", 4)], {
        attributes: { q_num_heads: 2, kv_num_heads: 2 },
      }),
    ],
    [
      "it reads keys of earlier tokens",
      attention([heads(), heads(), heads(), leftOut, held("B", 2, 3, 4), held("B", 2, 3, 4)], { outputs: 3 }),
    ],
    [
      "it is told how many keys each text has",
      attention([heads(), real("B", 2, 5, 4), real("B", 2, 5, 4), leftOut, leftOut, leftOut, indices(5, "B")], {
        opsets: [24],
      }),
    ],
    [
      "what follows is computed in float64",
      use("Cast", "", [real("B", 3)], { attributes: { to: DataType.DOUBLE }, ...float32Only }),
    ],
  ])("says: %s", async (problem, vjpCase) => {
    const opened = openVjp(vjpCase, vjpCase.opsets[0]);
    await expect(opened).rejects.toThrow(MissingRuleError);
    await expect(opened).rejects.toThrow(
      `The operator ${vjpCase.op} (node y0) cannot be differentiated here: ${problem}. Adapt`,
    );
  });

  it("says how many layers can be adapted where that is known", () => {
    const error = (deepest: number) => new MissingRuleError("Abs", "/Abs", undefined, deepest).message;
    expect(error(2)).toContain("The last 2 layers can be adapted: use --adapt 2");
    expect(error(0)).toContain("No layer of this encoder can be adapted");
  });
});
