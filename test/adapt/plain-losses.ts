import type { LossWeights } from "../../src/adapt/losses.js";
import type { LinearHead, Targets } from "../../src/head/linear.js";

/** What a loss is a function of. */
export interface PlainBatch {
  embeddings: ArrayLike<number>; // [B, D]
  targets: Targets;
  head: Omit<LinearHead, "weights" | "bias"> & { weights: ArrayLike<number>; bias: ArrayLike<number> };
}

/** The training losses as their papers write them: loops over texts and pairs, float64. */
export function plainLoss(weights: LossWeights, batch: PlainBatch): number {
  const { cosinePairs = 0, ranking = 0, contrastive = 0, crossEntropy = 0 } = weights;
  return (
    (cosinePairs && cosinePairs * pairError(batch)) +
    (ranking && ranking * misplaced(batch)) +
    (contrastive && contrastive * supervised(batch)) +
    (crossEntropy && crossEntropy * entropy(batch))
  );
}

/** Mean squared error of the cosine to the similarity: over pairs that share a label, and over the others; then of the two. */
function pairError(batch: PlainBatch): number {
  const errors: Record<"alike" | "apart", number[]> = { alike: [], apart: [] };
  forPairs(batch, (i, j) => {
    const wanted = similarity(batch, i, j);
    errors[wanted > 0 ? "alike" : "apart"].push((cosine(batch, i, j) - wanted) ** 2);
  });
  return (mean(errors.alike) + mean(errors.apart)) / 2;
}

/** Sun et al. 2020, equation 1: s is 20, the margin 0; of every text, then their mean. */
function misplaced(batch: PlainBatch): number {
  const anchors: number[] = [];
  for (const i of rowsOf(batch)) {
    const others = rowsOf(batch).filter((j) => j !== i);
    const [alike, apart] = [true, false].map((kind) => others.filter((j) => similarity(batch, i, j) > 0 === kind));
    if (alike.length === 0 || apart.length === 0) continue;
    const terms = apart.flatMap((n) => alike.map((p) => Math.exp(20 * (cosine(batch, i, n) - cosine(batch, i, p)))));
    anchors.push(Math.log1p(terms.reduce((sum, term) => sum + term, 0)));
  }
  return mean(anchors);
}

/** Khosla et al. 2020, equation 2, temperature 0.1; a positive counts by how much of its labels it shares. */
function supervised(batch: PlainBatch): number {
  const anchors: number[] = [];
  for (const i of rowsOf(batch)) {
    const others = rowsOf(batch).filter((j) => j !== i);
    const total = others.reduce((sum, j) => sum + similarity(batch, i, j), 0);
    if (total === 0) continue;
    const denominator = others.reduce((sum, j) => sum + Math.exp(cosine(batch, i, j) / 0.1), 0);
    anchors.push(
      others.reduce((sum, j) => {
        const log = cosine(batch, i, j) / 0.1 - Math.log(denominator);
        return sum - (similarity(batch, i, j) / total) * log;
      }, 0),
    );
  }
  return mean(anchors);
}

function entropy(batch: PlainBatch): number {
  const { targets, head } = batch;
  return mean(
    rowsOf(batch).map((row) => {
      const logits = Array.from(head.bias, (bias, k) => {
        let sum = bias;
        for (let d = 0; d < head.featureSize; d++) sum += at(batch, row, d) * head.weights[d * head.classes + k];
        return sum;
      });
      if (targets.kind === "single-label") {
        const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
        return -Math.log(Math.exp(logits[targets.labels[row]]) / total);
      }
      return logits.reduce((sum, z, k) => {
        const p = 1 / (1 + Math.exp(-z));
        return sum - Math.log(targets.labels[row * head.classes + k] ? p : 1 - p);
      }, 0);
    }),
  );
}

/** The derivatives of `plainLoss` by every number of the batch, to fourth order. */
export function centralDifferences(weights: LossWeights, batch: PlainBatch) {
  const h = 1e-3;
  const derivatives = (values: ArrayLike<number>, lossOf: (changed: Float64Array) => number) =>
    Float64Array.from(values, (_, i) => {
      const moved = (by: number) => lossOf(Float64Array.from(values, (value, j) => (i === j ? value + by : value)));
      return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
    });
  const { embeddings, head } = batch;
  const withHead = (part: "weights" | "bias") => (changed: Float64Array) =>
    plainLoss(weights, { ...batch, head: { ...head, [part]: changed } });
  return {
    embeddings: derivatives(embeddings, (changed) => plainLoss(weights, { ...batch, embeddings: changed })),
    weights: derivatives(head.weights, withHead("weights")),
    bias: derivatives(head.bias, withHead("bias")),
  };
}

function rowsOf({ embeddings, head }: PlainBatch): number[] {
  return [...Array(embeddings.length / head.featureSize).keys()];
}

function at({ embeddings, head }: PlainBatch, row: number, d: number): number {
  return embeddings[row * head.featureSize + d];
}

function cosine(batch: PlainBatch, i: number, j: number): number {
  let sum = 0;
  for (let d = 0; d < batch.head.featureSize; d++) sum += at(batch, i, d) * at(batch, j, d);
  return sum;
}

function similarity({ targets }: PlainBatch, i: number, j: number): number {
  const { classes, labels } = targets;
  if (targets.kind === "single-label") return Number(labels[i] === labels[j]);
  const sets = [i, j].map((row) => [...Array(classes).keys()].filter((k) => labels[row * classes + k] === 1));
  const either = new Set(sets.flat()).size;
  return either === 0 ? 0 : sets[0].filter((k) => sets[1].includes(k)).length / either;
}

function forPairs(batch: PlainBatch, visit: (i: number, j: number) => void): void {
  for (const i of rowsOf(batch)) for (const j of rowsOf(batch)) if (i !== j) visit(i, j);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
