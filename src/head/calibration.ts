import { rowsOf, type Targets } from "./linear.js";

/** The range that a fitted temperature is held to: outside it the rows say nothing but "surer" or "less sure". */
export const TEMPERATURE_RANGE = [0.05, 20] as const;

const MAX_STEPS = 60;
/** Of the inverse temperature, relative; far below what changes a probability in its fourth digit. */
const PRECISION = 1e-6;

/**
 * The temperature T that minimises the cross-entropy of logits / T (Guo et al. 2017, Temperature scaling): softmax for
 * single-label, a sigmoid per label for multi-label targets. A wrong answer counts as Platt's (1999) 1 / (N + 2) of a row even where
 * none was seen, so that a handful of rows that all come out right do not make the classifier certain.
 *
 * Convex in 1/T: Newton steps on its derivative, kept inside a bracket. Within `TEMPERATURE_RANGE`.
 *
 * @param logits [N, K], of rows that did not fit the head (out-of-fold)
 */
export function fitTemperature(targets: Targets, logits: Float32Array): number {
  const [coldest, warmest] = TEMPERATURE_RANGE;
  const derivatives = targets.kind === "single-label" ? softmaxDerivatives : sigmoidDerivatives;
  let low = 1 / warmest;
  let high = 1 / coldest;
  let scale = 1;
  for (let step = 0; step < MAX_STEPS && high - low > PRECISION * high; step++) {
    const { first, second } = derivatives(targets, logits, scale);
    if (second === 0) break; // all logits of a row are equal: no temperature changes anything
    if (first > 0) high = scale;
    else low = scale;
    const newton = scale - first / second;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - scale) <= PRECISION * scale) break;
    scale = next;
  }
  return 1 / scale;
}

/**
 * Mean cross-entropy of logits / temperature: over rows, or for multi-label over rows and labels.
 *
 * @param logits [N, K]
 */
export function logLoss(targets: Targets, logits: Float32Array, temperature = 1): number {
  const { classes, labels } = targets;
  let total = 0;
  if (targets.kind === "multi-label") {
    for (let i = 0; i < logits.length; i++) total += softplus((labels[i] ? -1 : 1) * (logits[i] / temperature));
    return total / logits.length;
  }
  for (let row = 0; row < labels.length; row++) {
    const at = row * classes;
    let max = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) max = Math.max(max, logits[at + k]);
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp((logits[at + k] - max) / temperature);
    total += Math.log(sum) + (max - logits[at + labels[row]]) / temperature;
  }
  return total / labels.length;
}

function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Of Σᵢ log Σₖ exp(s zᵢₖ) − s Σₖ tᵢₖ zᵢₖ with respect to s: Σᵢ E[z] − t·z, and Σᵢ Var[z]. */
function softmaxDerivatives(targets: Targets, logits: Float32Array, scale: number) {
  const { classes, labels } = targets;
  const wrong = 1 / (rowsOf(targets) + 2);
  let first = 0;
  let second = 0;
  for (let row = 0; row < labels.length; row++) {
    const z = logits.subarray(row * classes, (row + 1) * classes);
    const max = z.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    let mean = 0;
    let square = 0;
    let all = 0;
    for (let k = 0; k < classes; k++) {
      const away = z[k] - max;
      const p = Math.exp(scale * away);
      sum += p;
      mean += p * away;
      square += p * away * away;
      all += away;
    }
    mean /= sum;
    const truth = z[labels[row]] - max;
    const others = (all - truth) / Math.max(1, classes - 1);
    first += mean - (1 - wrong) * truth - wrong * others;
    second += square / sum - mean * mean;
  }
  return { first, second };
}

/** Of Σ softplus(s z) − t s z: Σ (σ(s z) − t) z, and Σ σ(1 − σ) z². */
function sigmoidDerivatives(targets: Targets, logits: Float32Array, scale: number) {
  const wrong = 1 / (rowsOf(targets) + 2);
  let first = 0;
  let second = 0;
  for (let i = 0; i < logits.length; i++) {
    const z = logits[i];
    const p = 1 / (1 + Math.exp(-scale * z));
    first += (p - (targets.labels[i] ? 1 - wrong : wrong)) * z;
    second += p * (1 - p) * z * z;
  }
  return { first, second };
}
