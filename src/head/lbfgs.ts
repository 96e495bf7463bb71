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

/** Pairs kept. 5 need 2% more evaluations than 10, and half the time outside them (measured on 6 to 77 classes). */
const MEMORY = 5;
/**
 * The curvature that the preconditioner sees falls at most to this share in one iteration. A step that overshoots leaves rows
 * certain and wrong, where the curvature is nothing and a step that trusts it a thousand times too long (60 classes × 5,000
 * rows × 1,152 features: 174 evaluations, 150 of them in line searches; so 30).
 */
const CURVATURE_DECAY = 0.5;
const MAX_LINE_SEARCH = 25;
const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Where in a bracket the next trial may lie. */
const SHARE_OF_BRACKET = [0.1, 0.5] as const;
/** Losses are sums of float32 values: differences below this share of the loss are noise, and only the slope is believed. */
const LOSS_NOISE = 2e-7;

/**
 * L-BFGS (Liu and Nocedal 1989; two-loop recursion, Nocedal and Wright Algorithm 7.4) with a preconditioner that may change
 * at each iteration, and a bracketing line search to the weak Wolfe conditions, near the minimum the approximate ones of
 * Hager and Zhang (2005). Most steps have length 1.
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
    const floor = here.curvature;
    here = found.evaluation;
    here.curvature = here.curvature.map((value, k) => Math.max(value, CURVATURE_DECAY * floor[k]));
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
  let low: Trial = { length: 0, loss: here.loss, slope };
  let high: Trial | undefined;
  let length = 1;
  for (let trial = 0; trial < MAX_LINE_SEARCH; trial++) {
    const candidate = point.slice();
    addScaled(candidate, length, direction);
    const evaluation = yield candidate;
    const tried: Trial = { length, loss: evaluation.loss, slope: dot(evaluation.gradient, direction) };
    const decreased = tried.loss <= here.loss + SUFFICIENT_DECREASE * length * slope;
    const levelAndPast =
      tried.loss <= here.loss * (1 + LOSS_NOISE) && tried.slope <= -(1 - 2 * SUFFICIENT_DECREASE) * slope;
    if (!decreased && !levelAndPast) high = tried;
    else if (tried.slope < CURVATURE * slope) low = tried;
    else return { point: candidate, evaluation };
    length = high ? between(low, high) : 2 * length;
  }
  return undefined;
}

interface Trial {
  length: number;
  loss: number;
  slope: number;
}

/** The minimum of the cubic through losses and slopes of both ends (Nocedal and Wright, 3.59), or the middle. */
function between(low: Trial, high: Trial): number {
  const width = high.length - low.length;
  const first = low.slope + high.slope - (3 * (high.loss - low.loss)) / width;
  const root = Math.sqrt(first * first - low.slope * high.slope);
  const cubic = 1 - (high.slope + root - first) / (high.slope - low.slope + 2 * root);
  const [least, most] = SHARE_OF_BRACKET;
  return low.length + width * (Number.isFinite(cubic) ? Math.min(most, Math.max(least, cubic)) : 0.5);
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
