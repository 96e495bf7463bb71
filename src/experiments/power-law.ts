import type { Interval } from "../evaluate/types.js";
import { average } from "../mean.js";
import { tQuantile } from "./statistics.js";

/** error(n) = a · n^−b, fitted to the errors of a learning curve. */
export interface PowerLaw {
  a: number;
  b: number;
  /** Share of the variance of log error that it explains. */
  r2: number;
  points: number;
  /** Why it should not be trusted; undefined where it fits. */
  warning?: string;
  /** What is to be expected at n, with the 95% prediction interval. */
  errorAt(n: number): { error: number; interval: Interval };
}

const FEWEST_POINTS = 3;
const GOOD_FIT = 0.9;

/**
 * Fits a power law by least squares on logarithms (Hestness et al. 2017; Rosenfeld et al. 2020 on when it holds). The interval is that of
 * a new observation, from Student's t over the residuals, so that a bad fit makes it wide; where all errors are counted on the same test rows,
 * what these leave uncertain is common to all points, shows in no residual, and is added.
 * @param points n above 0, and the mean error there; points without any error tell nothing of a law and are left out.
 * @returns null with fewer than three points
 */
export function fitPowerLaw(
  points: readonly { n: number; error: number }[],
  testRows = Number.POSITIVE_INFINITY,
): PowerLaw | null {
  const used = points.filter(({ error }) => error > 0);
  if (used.length < FEWEST_POINTS) return null;
  const x = used.map(({ n }) => Math.log(n));
  const y = used.map(({ error }) => Math.log(error));
  const [meanX, meanY] = [average(x), average(y)];
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  if (spread === 0) return null;
  const slope = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0) / spread;
  const at = (logN: number) => meanY + slope * (logN - meanX);
  const rest = y.reduce((sum, value, i) => sum + (value - at(x[i])) ** 2, 0);
  const total = y.reduce((sum, value) => sum + (value - meanY) ** 2, 0);
  const deviation = Math.sqrt(rest / (used.length - 2));
  const errorAt = (n: number) => {
    const logN = Math.log(n);
    const width = deviation * Math.sqrt(1 + 1 / used.length + (logN - meanX) ** 2 / spread);
    const ofRows = 1.96 * Math.sqrt((1 / Math.min(1, Math.exp(at(logN))) - 1) / testRows); // of log error, by the delta method
    const half = Math.hypot(tQuantile(used.length - 2) * width, ofRows);
    const bounded = (logError: number) => Math.min(1, Math.exp(logError));
    const interval: Interval = [bounded(at(logN) - half), bounded(at(logN) + half)];
    return { error: bounded(at(logN)), interval };
  };
  const r2 = total === 0 ? 0 : 1 - rest / total;
  const law = { a: Math.exp(meanY - slope * meanX), b: -slope, r2, points: used.length, errorAt };
  return { ...law, warning: warningOf(law.b, r2, used.length) };
}

function warningOf(b: number, r2: number, points: number): string | undefined {
  if (b <= 0) return "errors do not fall with more labels: the law says nothing about more of them";
  if (r2 < GOOD_FIT) return `a power law fits badly (R² ${r2.toFixed(3)}): read the interval, not the figure`;
  return points === FEWEST_POINTS ? `fitted to ${points} sizes only` : undefined;
}
