import { describe, expect, it } from "vitest";
import { type EncoderTail, openTail, prepareEncoder } from "./encoder-tail.js";
import { families, type GradientOracle, readOracle } from "./gradient-oracle.js";

/** float32 steps against PyTorch's float64; the largest seen is 1.4e-7, of losses between 0.4 and 2.2. */
const tolerance = 1e-4;

describe("gradient descent on the last layer", () => {
  const trained = families.filter((family) => readOracle(family).training);
  it.each(trained)("has PyTorch's losses for %s", async (family) => {
    const oracle = readOracle(family);
    const { learningRate, labels, losses } = oracle.training!;
    const tail = await openTail(await prepareEncoder(`${family}/onnx/model.onnx`), 1, oracle.batch);
    for (const wanted of losses) {
      const { loss, dE } = crossEntropy((await tail.embed()).data, labels, oracle);
      expect(Math.abs(loss - wanted)).toBeLessThan(tolerance);
      await descend(tail, dE, learningRate, weightsOfLayer(oracle));
    }
    await tail.dispose();
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]);
  });

  it("is tested for every family but the one whose layers share their weights", () => {
    expect(families.filter((family) => !trained.includes(family))).toEqual(["albert"]);
  });
});

/** Initializers of the last layer: a final normalisation behind it is not trained. */
function weightsOfLayer({ gradients, initializers }: GradientOracle): string[] {
  const last = gradients.float32.filter(({ layer }) => layer === 2);
  return last.flatMap(({ parameter }) => initializers["model.onnx"][parameter]);
}

async function descend(tail: EncoderTail, dE: Float64Array, learningRate: number, names: string[]): Promise<void> {
  const gradients = await tail.gradients(dE);
  for (const name of names) {
    const gradient = gradients.get(name)!.data;
    const weight = tail.weights.get(name)!.data;
    for (let i = 0; i < weight.length; i++) weight[i] -= learningRate * gradient[i];
  }
}

/** Mean cross-entropy of softmax(E Wᵀ + b), and its gradient with respect to E: (softmax − one-hot) W / B. */
function crossEntropy(
  embeddings: Float64Array,
  labels: readonly number[],
  { headWeight, headBias }: GradientOracle,
): { loss: number; dE: Float64Array } {
  const size = embeddings.length / labels.length;
  const dE = new Float64Array(embeddings.length);
  let loss = 0;
  for (const [row, label] of labels.entries()) {
    const logits = Array.from(headBias, (bias, k) => {
      let sum = bias;
      for (let d = 0; d < size; d++) sum += embeddings[row * size + d] * headWeight[k * size + d];
      return sum;
    });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    loss += (Math.log(total) - logits[label]) / labels.length;
    for (const [k, logit] of logits.entries()) {
      const dLogit = (Math.exp(logit) / total - Number(k === label)) / labels.length;
      for (let d = 0; d < size; d++) dE[row * size + d] += dLogit * headWeight[k * size + d];
    }
  }
  return { loss, dE };
}
