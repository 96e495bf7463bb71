import { describe, expect, it } from "vitest";
import { MissingRuleError } from "../../src/autodiff/errors.js";
import { rules } from "../../src/autodiff/ops/index.js";
import type { Rule } from "../../src/autodiff/rule.js";
import { makeNode } from "../../src/onnx/graph.js";
import { float, given } from "./operands.js";
import { use } from "./ops/cases.js";
import { gradientNodes, gradientsOf } from "./small-graphs.js";

describe("differentiate", () => {
  it("adds the gradients of a tensor that several nodes read", async () => {
    const behind = [
      makeNode("Greater", ["y0", "x0"], ["larger"]),
      makeNode("Sin", ["x0"], ["sine"]),
      makeNode("Where", ["larger", "y0", "sine"], ["chosen"]),
      makeNode("Add", ["chosen", "x0"], ["y"]),
    ]; // y = (x² > x ? x² : sin x) + x
    const [found] = await gradientsOf(use("Pow", "", [given(2, 0.5), float(2)], { behind }));
    expect(found[0]).toBeCloseTo(2 * 2 + 1, 6);
    expect(found[1]).toBeCloseTo(Math.cos(0.5) + 1, 6);
  });

  it("leaves out tensors that the output does not depend on", () => {
    const nodes = [makeNode("Sin", ["a"], ["y"]), makeNode("Cos", ["b"], ["z"])];
    expect([...gradientNodes(nodes, ["a", "b"]).gradients.keys()]).toEqual(["a"]);
  });

  it("visits no node that leads to nothing wanted", () => {
    const nodes = [makeNode("Abs", ["a"], ["b"]), makeNode("Mul", ["b", "w"], ["y"])]; // Abs has no rule
    expect([...gradientNodes(nodes, ["w"]).gradients.keys()]).toEqual(["w"]);
    expect(() => gradientNodes(nodes, ["a"])).toThrow(MissingRuleError);
  });

  it("lets nothing pass through whole numbers", () => {
    const nodes = [
      makeNode("Shape", ["a"], ["n"]),
      makeNode("Cast", ["n"], ["f"], { to: 1 }),
      makeNode("Mul", ["f", "b"], ["y"]),
    ];
    expect([...gradientNodes(nodes, ["a", "b"]).gradients.keys()]).toEqual(["b"]);
  });

  it("gives the output's own gradient, under another name", () => {
    const { gradients } = gradientNodes([makeNode("Sin", ["a"], ["y"])], ["y"]);
    expect(gradients.get("y")).not.toBe("dy");
  });

  it("refuses a rule's gradient that does not fit its tensor", () => {
    const table = rules as Record<string, Rule>;
    const rule = table.Sin;
    table.Sin = (g, _node, dy) => [g.transpose(dy, [1, 0])];
    try {
      expect(() => gradientNodes([makeNode("Sin", ["a"], ["y"])], ["a"])).toThrow(
        "The rule of Sin gave a gradient of shape [3, 2] for a, whose shape is [2, 3].",
      );
    } finally {
      table.Sin = rule;
    }
  });
});

describe("the gradient where there is no derivative", () => {
  it("of Max goes to the first of two that are equal", async () => {
    expect(await gradientsOf(use("Max", "", [given(1, 2), given(1, 3)]))).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it("of ReduceMax is shared by all that are largest", async () => {
    expect(await gradientsOf(use("ReduceMax", "", [given(3, 1, 3)], { attributes: { keepdims: 0 } }))).toEqual([
      [0.5, 0, 0.5],
    ]);
  });

  it("of Relu is 0 at 0", async () => {
    expect(await gradientsOf(use("Relu", "", [given(-1, 0, 1)]))).toEqual([[0, 0, 1]]);
  });

  it("of ReduceL2 is 0 at 0, not a number that is none", async () => {
    expect(await gradientsOf(use("ReduceL2", "", [given(0, 0)]))).toEqual([[0, 0]]);
  });
});
