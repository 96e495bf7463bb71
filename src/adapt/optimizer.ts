import type { Parameters } from "./parameters.js";

/** A stretch of the weights, and how it is to be changed. */
export interface WeightGroup {
  /** A multiple of 4. */
  start: number;
  end: number;
  /** η of this step; at 0 the stretch stays as it is. */
  rate: number;
  /** λ */
  weightDecay: number;
  /** t, how many times it has been changed, this one counted. */
  step: number;
}

/** β₁ and β₂ of the moments, and ε: those of torch.optim.AdamW. */
const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/**
 * A step of AdamW (Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW has it): weight decay is apart from the gradient.
 *
 * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η λ w − η m̂/(√v̂ + ε), where m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 *
 * @param scale multiplies the gradients, for clipping.
 */
export function stepAdamW(parameters: Parameters, groups: readonly WeightGroup[], scale = 1): void {
  for (const { start, end, rate, weightDecay, step } of groups) {
    if (rate === 0) continue;
    parameters.update(start, end, {
      scale,
      beta1,
      beta2,
      keep: 1 - rate * weightDecay,
      size: rate / (1 - beta1 ** step),
      shrink: 1 / Math.sqrt(1 - beta2 ** step),
      epsilon,
    });
  }
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
