/** A stretch of the weights, and how it is to be changed. */
export interface WeightGroup {
  start: number;
  end: number;
  /** η of this step; at 0 the stretch stays as it is. */
  rate: number;
  /** λ */
  weightDecay: number;
}

/**
 * AdamW (Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW has it): weight decay is apart from the gradient.
 *
 * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η λ w − η m̂/(√v̂ + ε).
 */
export class AdamW {
  readonly #m: Float32Array;
  readonly #v: Float32Array;
  #step = 0;

  constructor(
    readonly weights: Float32Array,
    readonly betas: readonly [number, number] = [0.9, 0.999],
    readonly epsilon = 1e-8,
  ) {
    this.#m = new Float32Array(weights.length);
    this.#v = new Float32Array(weights.length);
  }

  /** What a checkpoint keeps beside the weights: m and v, [P]. With them goes the number of steps, `steps`. */
  get moments(): readonly [Float32Array, Float32Array] {
    return [this.#m, this.#v];
  }

  set steps(steps: number) {
    this.#step = steps;
  }

  /** @param gradients [P]. @param scale multiplies the gradients, for clipping. */
  step(gradients: Float32Array, groups: readonly WeightGroup[], scale = 1): void {
    this.#step++;
    const [beta1, beta2] = this.betas;
    const arrays = { w: this.weights, g: gradients, m: this.#m, v: this.#v };
    for (const { start, end, rate, weightDecay } of groups) {
      if (rate === 0) continue;
      update(arrays, start, end, {
        scale,
        beta1,
        beta2,
        keep: 1 - rate * weightDecay,
        size: rate / (1 - beta1 ** this.#step),
        shrink: 1 / Math.sqrt(1 - beta2 ** this.#step),
        epsilon: this.epsilon,
      });
    }
  }
}

interface Arrays {
  w: Float32Array;
  g: Float32Array;
  m: Float32Array;
  v: Float32Array;
}

/** The inner loop, over plain numbers and arrays. */
function update(
  { w, g, m, v }: Arrays,
  start: number,
  end: number,
  numbers: Record<"scale" | "beta1" | "beta2" | "keep" | "size" | "shrink" | "epsilon", number>,
): void {
  const { scale, beta1, beta2, keep, size, shrink, epsilon } = numbers;
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  for (let i = start; i < end; i++) {
    const gradient = g[i] * scale;
    const mean = beta1 * m[i] + rest1 * gradient;
    const square = beta2 * v[i] + rest2 * gradient * gradient;
    m[i] = mean;
    v[i] = square;
    w[i] = w[i] * keep - (size * mean) / (Math.sqrt(square) * shrink + epsilon);
  }
}

/** ‖x‖₂. */
export function norm(x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  return Math.sqrt(sum);
}

/**
 * The learning rate of a step: rises linearly over the warm-up, then falls linearly to 0 behind the last step.
 * @param step from 0. @param warmUp share of all steps.
 */
export function linearSchedule(step: number, steps: number, peak: number, warmUp: number): number {
  const rising = Math.max(1, Math.round(steps * warmUp));
  if (step < rising) return (peak * (step + 1)) / rising;
  return (peak * (steps - step)) / Math.max(1, steps - rising);
}
