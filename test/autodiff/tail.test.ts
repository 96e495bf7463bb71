import { describe, expect, it } from "vitest";
import { Random } from "../../src/random.js";
import { type EncoderTail, openTail, prepareEncoder } from "./encoder-tail.js";
import { readOracle } from "./gradient-oracle.js";
import type { Precision } from "./run-graph.js";

/**
 * Largest |finite difference − gradient · direction| / ‖gradient‖: 3e-11 is seen in float64, 2e-4 in float32, where the
 * difference of two rounded losses sets the limit.
 */
const cases: { family: string; file: string; precision: Precision; h: number; tolerance: number }[] = [
  { family: "albert", file: "model.onnx", precision: "float64", h: 2 ** -12, tolerance: 1e-9 },
  { family: "bert", file: "variants/model_quantized.onnx", precision: "float32", h: 2 ** -6, tolerance: 1e-3 },
];

/** Gradients of key biases are zero: their error is measured by the size of the smallest others. */
const smallGradient = 0.1;

describe("the gradients of a whole tail", () => {
  it.each(cases)(
    "are its derivatives: $family, $file in $precision",
    async ({ family, file, precision, h, tolerance }) => {
      const { batch, dE } = readOracle(family);
      const tail = await openTail(await prepareEncoder(`${family}/onnx/${file}`), 3, batch, precision);
      await tail.embed();
      const gradients = await tail.gradients(dE);
      expect(gradients.size).toBe(tail.weights.size);
      const random = new Random(1);
      for (const [name, { data: gradient }] of gradients) {
        const direction = gradient.map(() => random.normal());
        const error = (await derivative(tail, { name, direction, h, dE })) - dot(direction, gradient);
        expect(Math.abs(error) / Math.max(norm(gradient), smallGradient), name).toBeLessThan(tolerance);
      }
      await tail.dispose();
    },
  );
});

/** d/dh Σ dE·E along a direction of one weight, to fourth order. */
async function derivative(
  tail: EncoderTail,
  { name, direction, h, dE }: { name: string; direction: Float64Array; h: number; dE: Float32Array },
): Promise<number> {
  const weight = tail.weights.get(name)!;
  const original = weight.data;
  const at = async (length: number) => {
    weight.data = original.map((value, i) => value + length * direction[i]);
    return dot((await tail.embed()).data, dE);
  };
  const [near, far] = [(await at(h)) - (await at(-h)), (await at(2 * h)) - (await at(-2 * h))];
  weight.data = original;
  return (8 * near - far) / (12 * h);
}

function dot(a: Float64Array, b: ArrayLike<number>): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function norm(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}
