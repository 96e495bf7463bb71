import { differentiate } from "../../src/autodiff/backward.js";
import { partition } from "../../src/autodiff/partition.js";
import { probeGraph } from "../../src/autodiff/probe.js";
import { GraphIndex } from "../../src/onnx/graph.js";
import { Random } from "../../src/random.js";
import { type Feeds, openGraph, type Precision, type RunnableGraph, type Values } from "./run-graph.js";
import { differentiated, drawFeeds, modelOf, outputOf, sizeOf, type VjpCase } from "./vjp-case.js";

/** ⟨c, J t⟩ by finite differences, ⟨t, Jᵀ c⟩ by the rule, and ‖Jᵀ c‖: how large they are. */
export interface DotProducts {
  operand: string;
  forward: number;
  backward: number;
  size: number;
}

/** Lengths of batches that the gradients were not derived with. */
const batches = [
  { B: 4, T: 6 },
  { B: 1, T: 3 },
] as const;
/** Steps of the finite differences: short ones in float32 would drown in rounding. */
const steps: Record<Precision, number> = { float64: 2 ** -10, float32: 2 ** -5 };

/** A use of an operator, forward and backward. */
export interface OpenedVjp {
  /** Takes the operands; gives `output` and what the way back needs. */
  forward: RunnableGraph;
  /** Takes the operands, the results of `forward` and the cotangent `c`; gives `gradients`. */
  backward: RunnableGraph;
  output: string;
  /** The name of the gradient of each operand that is differentiated. */
  gradients: ReadonlyMap<string, string>;
}

/** Derives the gradients of a use of an operator. @throws what `differentiate` throws. */
export async function openVjp(vjpCase: VjpCase, opset: number): Promise<OpenedVjp> {
  const model = modelOf(vjpCase, opset, false);
  const facts = await probeGraph(modelOf(vjpCase, opset, true));
  const request = { output: outputOf(vjpCase), cotangent: "c", wrt: differentiated(vjpCase), facts, opset };
  const { output } = request;
  const gradient = differentiate(new GraphIndex(model.graph), request);
  const step = partition(model, gradient, { ...request, shapes: facts.shapes });
  const forward = await openGraph(step.forward, vjpCase.precision);
  return {
    forward,
    backward: await openGraph(step.backward, vjpCase.precision),
    output,
    gradients: gradient.gradients,
  };
}

/**
 * The dot-product test of a backward rule: for a random direction t of an operand and a random cotangent c of the
 * result, ⟨c, J t⟩ = ⟨Jᵀ c, t⟩ (JAX's `check_vjp`). J t comes from the forward graph by finite differences. A mistake in any
 * element of Jᵀ c shows, where comparing sums would accept a transposed gradient.
 *
 * @returns one pair of products for each operand that is differentiated and each batch.
 * @throws what `differentiate` throws.
 */
export async function checkVjp(vjpCase: VjpCase, opset: number): Promise<DotProducts[]> {
  const { forward, backward, output, gradients } = await openVjp(vjpCase, opset);
  const products: DotProducts[] = [];
  for (const [seed, lengths] of batches.entries()) {
    const random = new Random(seed + 1);
    const feeds = drawFeeds(vjpCase, lengths, random);
    const results = await forward.run(feeds);
    const c = normal(results[output].dims, random);
    const found = await backward.run({ ...feeds, ...results, c });
    for (const name of differentiated(vjpCase)) {
      const t = normal(feeds[name].dims, random);
      const jt = await derivative(forward, feeds, { name, t, output, h: steps[vjpCase.precision] });
      const jc = found[gradients.get(name)!];
      if (`${jc.dims}` !== `${t.dims}`) throw new Error(`gradient [${jc.dims}] of ${name} [${t.dims}]`);
      products.push({ operand: name, forward: dot(c, jt), backward: dot(t, jc), size: Math.sqrt(dot(jc, jc)) });
    }
  }
  await forward.dispose();
  await backward.dispose();
  return products;
}

/** J t, to fourth order in h: (8(y(h) − y(−h)) − (y(2h) − y(−2h))) / 12h. */
async function derivative(
  forward: RunnableGraph,
  feeds: Feeds,
  { name, t, output, h }: { name: string; t: Values; output: string; h: number },
): Promise<Values> {
  const at = async (length: number) => {
    const data = t.data.map((direction, i) => Number(feeds[name].data[i]) + length * direction);
    return (await forward.run({ ...feeds, [name]: { data, dims: t.dims } }))[output];
  };
  const [a, b, c, d] = [await at(2 * h), await at(h), await at(-h), await at(-2 * h)];
  const slope = (i: number) => (8 * (b.data[i] - c.data[i]) - (a.data[i] - d.data[i])) / (12 * h);
  return { data: a.data.map((_, i) => slope(i)), dims: a.dims };
}

function dot(a: Values, b: Values): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
}

function normal(dims: readonly number[], random: Random): Values {
  return { data: Float64Array.from({ length: sizeOf(dims) }, () => random.normal()), dims };
}
