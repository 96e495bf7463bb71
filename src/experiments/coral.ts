import type { Features } from "../head/linear.js";
import { multiply, transposed } from "../head/matrix.js";
import { symmetricEigen } from "./eigen.js";

/**
 * CORAL: moves source features so that their mean and covariance are those of the target, x ↦ (x − μₛ) Cₛ^(−½) Cₜ^(½) + μₜ, with
 * C = cov + λI. A head trained on the result is used on target features as they are.
 *
 * Source: Sun, Feng and Saenko 2016, "Return of Frustratingly Easy Domain Adaptation", Algorithm 1, where features have unit variance
 * and λ is 1; here λ is the mean variance of each domain, which is the same on any scale.
 * @param source [N, F] @param target [M, F], labels are not needed @returns [N, F]
 */
export function alignToTarget(source: Features, target: Features): Features {
  const { rows, size } = source;
  const [from, to] = [moments(source), moments(target)];
  const map = multiply(power(from, size, -0.5), power(to, size, 0.5), size, size);
  const centred = Float64Array.from(source.data, (value, i) => value - from.mean[i % size]);
  const moved = multiply(centred, map, size, size);
  return { rows, size, data: Float32Array.from(moved, (value, i) => value + to.mean[i % size]) };
}

interface Moments {
  mean: Float64Array;
  /** [F, F] */
  covariance: Float64Array;
}

function moments({ rows, size, data }: Features): Moments {
  const mean = new Float64Array(size);
  for (let i = 0; i < data.length; i++) mean[i % size] += data[i] / rows;
  const centred = Float64Array.from(data, (value, i) => value - mean[i % size]);
  const covariance = multiply(transposed(centred, size), centred, rows, size);
  for (let i = 0; i < covariance.length; i++) covariance[i] /= Math.max(1, rows - 1);
  return { mean, covariance };
}

/** (cov + λI) to a power. */
function power({ covariance }: Moments, size: number, exponent: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i];
  const lambda = trace / size || 1;
  const { values, vectors } = symmetricEigen(covariance, size);
  const scaled = vectors.slice();
  for (let i = 0; i < scaled.length; i++) scaled[i] *= (Math.max(0, values[i % size]) + lambda) ** exponent;
  return multiply(scaled, transposed(vectors, size), size, size);
}
