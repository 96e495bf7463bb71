/** A point's value, its gradient, and what the preconditioner needs to know of the curvature there. */
export interface Evaluation {
  loss: number;
  gradient: Float64Array;
  curvature: Float64Array;
}

/** Where a minimisation ended. */
export interface Minimum {
  point: Float64Array;
  loss: number;
  iterations: number;
  converged: boolean;
}

export interface LbfgsOptions {
  /** Stop when the estimated distance to the minimum, ½ gᵀHg, is below this share of the loss. */
  tolerance: number;
  maxIterations: number;
  /** result = H₀ · vector, an estimate of the inverse Hessian at a point with this curvature. */
  precondition(vector: Float64Array, curvature: Float64Array, result: Float64Array): void;
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  rho: number;
}

/** Pairs kept. 5 needs a few per cent more evaluations than 10, 20 and 40 save almost none (measured on 77 classes). */
const MEMORY = 10;
const MAX_LINE_SEARCH = 25;
const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Losses are sums of float32 values: differences below this share of the loss are noise, and only the slope is believed. */
const LOSS_NOISE = 2e-7;

/**
 * L-BFGS (Liu and Nocedal 1989; two-loop recursion, Nocedal and Wright Algorithm 7.4) with a preconditioner that may change
 * at each iteration, and a bracketing line search to the weak Wolfe conditions, near the minimum the approximate ones of
 * Hager and Zhang (2005).
 *
 * A generator: it yields the points that it wants evaluated, so that the evaluations of many minimisations can be one
 * tensor operation. It keeps the arrays that it is given, and expects fresh ones each time.
 */
export function* lbfgs(start: Float64Array, options: LbfgsOptions): Generator<Float64Array, Minimum, Evaluation> {
  let point = start;
  let here = yield point;
  let pairs: Pair[] = [];
  const result = (iterations: number, converged: boolean) => ({ point, loss: here.loss, iterations, converged });
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    const direction = descent(here, pairs, options);
    const slope = dot(here.gradient, direction);
    if (-slope / 2 <= options.tolerance * here.loss) return result(iteration, true);
    const found = yield* lineSearch(point, here, direction, slope);
    if (!found) {
      if (pairs.length === 0) return result(iteration, false);
      pairs = [];
      continue;
    }
    const step = subtract(found.point, point);
    const change = subtract(found.evaluation.gradient, here.gradient);
    const product = dot(step, change);
    if (product > 0) pairs = [...pairs.slice(1 - MEMORY), { step, change, rho: 1 / product }];
    point = found.point;
    here = found.evaluation;
  }
  return result(options.maxIterations, false);
}

/** −H g by the two-loop recursion; H₀ is scaled so that it agrees with the newest pair. */
function descent({ gradient, curvature }: Evaluation, pairs: Pair[], options: LbfgsOptions): Float64Array {
  const q = gradient.slice();
  const alphas = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = pairs[i].rho * dot(pairs[i].step, q);
    addScaled(q, -alphas[i], pairs[i].change);
  }
  const direction = new Float64Array(q.length);
  let scale = -1;
  const newest = pairs.at(-1);
  if (newest) {
    options.precondition(newest.change, curvature, direction);
    scale = -1 / (newest.rho * dot(newest.change, direction));
  }
  options.precondition(q, curvature, direction);
  for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  for (let i = 0; i < pairs.length; i++) {
    const beta = pairs[i].rho * dot(pairs[i].change, direction);
    addScaled(direction, -alphas[i] - beta, pairs[i].step);
  }
  return direction;
}

function* lineSearch(
  point: Float64Array,
  here: Evaluation,
  direction: Float64Array,
  slope: number,
): Generator<Float64Array, { point: Float64Array; evaluation: Evaluation } | undefined, Evaluation> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let length = 1;
  for (let trial = 0; trial < MAX_LINE_SEARCH; trial++) {
    const candidate = point.slice();
    addScaled(candidate, length, direction);
    const evaluation = yield candidate;
    const newSlope = dot(evaluation.gradient, direction);
    const decreased = evaluation.loss <= here.loss + SUFFICIENT_DECREASE * length * slope;
    const levelAndPast =
      evaluation.loss <= here.loss * (1 + LOSS_NOISE) && newSlope <= -(1 - 2 * SUFFICIENT_DECREASE) * slope;
    if (!decreased && !levelAndPast) high = length;
    else if (newSlope < CURVATURE * slope) low = length;
    else return { point: candidate, evaluation };
    length = high === Number.POSITIVE_INFINITY ? 2 * length : (low + high) / 2;
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, scale: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * source[i];
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  const result = a.slice();
  for (let i = 0; i < result.length; i++) result[i] -= b[i];
  return result;
}
