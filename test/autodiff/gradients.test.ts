import { describe, expect, it } from "vitest";
import { openTail, type PreparedEncoder, prepareEncoder } from "./encoder-tail.js";
import { families, filesOf, type GradientOracle, type ParameterGradient, readOracle } from "./gradient-oracle.js";
import type { Values } from "./run-graph.js";

/** float32 against PyTorch's float64, ‖difference‖ / ‖gradient‖ of a parameter; the largest seen is 2e-6. */
const floatTolerance = 1e-4;
/** `model_fp16` holds the weights of `fp16_weights_cast`, but its epsilons and scales are rounded too: 5e-5 is seen. */
const halfTolerance = 5e-4;
/** Largest element where the true gradient is zero; those of others are of size 0.01 to 1. */
const zeroTolerance = 1e-5;
/**
 * Weights that are rounded to 11 or 8 bits against gradients at those that are not: 2e-3 and 5e-2 are seen. It shows that no
 * gradient is missing or misplaced; that they are exact is for the oracles at rounded weights, and for `tail.test.ts`.
 */
const roundedTolerances: [files: RegExp, tolerance: number][] = [
  [/fp16/, 1e-2],
  [/int8|quantized/, 0.1],
];

const files = families.flatMap((family) => filesOf(family).map((file) => ({ family, file })));

describe("the gradients of the last layers", () => {
  it.each(files)("are PyTorch's for $family, $file", async ({ family, file }) => {
    const oracle = readOracle(family);
    const encoder = await prepareEncoder(`${family}/onnx/${file}`);
    for (const { form, depths, tolerance } of checksOf(file, oracle)) {
      for (const depth of depths) {
        const found = await gradientsOf(encoder, depth, oracle);
        const wanted = oracle.gradients[form].filter(({ layer }) => layer >= 3 - depth);
        expectEqual(found, wanted, encoder, { names: oracle.initializers[file], tolerance });
      }
    }
  });
});

/** Which of the oracle's gradients to compare with, and how closely: those at float32 weights and those at the file's own. */
function checksOf(file: string, { gradients }: GradientOracle) {
  const rounded = roundedTolerances.find(([pattern]) => pattern.test(file));
  const checks = [{ form: "float32", depths: [1, 2, 3], tolerance: rounded?.[1] ?? floatTolerance }];
  const own = Object.keys(gradients).find((form) => file === `variants/${form}.onnx`);
  if (own) checks.push({ form: own, depths: [1], tolerance: floatTolerance });
  if (file.includes("model_fp16")) checks.push({ form: "fp16_weights_cast", depths: [1], tolerance: halfTolerance });
  return checks;
}

async function gradientsOf(encoder: PreparedEncoder, depth: number, { batch, dE }: GradientOracle) {
  const tail = await openTail(encoder, depth, batch);
  await tail.embed();
  const gradients = new Map(await tail.gradients(dE));
  await tail.dispose();
  return gradients;
}

/** Behind the last layer, so in every tail, but not in the oracle's last layers. */
const behindTheLayers = "final_norm.weight";

function expectEqual(
  found: Map<string, Values>,
  wanted: readonly ParameterGradient[],
  { trainedNames }: PreparedEncoder,
  { names, tolerance }: { names: Record<string, string[]>; tolerance: number },
): void {
  const expected = new Set([behindTheLayers]);
  for (const { parameter, zero, values } of sumOverLayers(wanted)) {
    const copies = names[parameter].map((name) => trainedNames.get(name) ?? name).filter((name) => found.has(name));
    for (const name of copies) expected.add(name);
    const sum = sumOf(copies.map((name) => found.get(name)!.data));
    expect(sum.length, parameter).toBe(values.length);
    const difference = sum.map((value, i) => value - values[i]);
    if (zero) expect(Math.max(...difference.map(Math.abs)), parameter).toBeLessThan(zeroTolerance);
    else expect(norm(difference) / norm(values), parameter).toBeLessThan(tolerance);
  }
  expect([...found.keys()].filter((name) => !expected.has(name))).toEqual([]);
}

/** ALBERT's layers share their parameters: the gradient of one is the sum over the layers that are trained. */
function sumOverLayers(rows: readonly ParameterGradient[]) {
  const parameters = [...new Set(rows.map(({ parameter }) => parameter))];
  return parameters.map((parameter) => {
    const own = rows.filter((row) => row.parameter === parameter);
    return { parameter, zero: own[0].zero, values: sumOf(own.map(({ values }) => values)) };
  });
}

function sumOf(arrays: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(arrays[0] ?? [], (_, i) => arrays.reduce((sum, array) => sum + array[i], 0));
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
