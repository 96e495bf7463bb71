import { type CurveMethod, fromScratch, transferring } from "./curve-methods.js";
import type { CurvePoint } from "./curve-result.js";
import { fitPowerLaw } from "./power-law.js";

/** How many labels a class from scratch are worth those that transfer needs. */
export interface ExchangeRate {
  /** The best way to transfer at `shots` labels a class, and its accuracy there. */
  transfer: CurveMethod;
  perClass: number;
  accuracy: number;
  /** The way from scratch that reaches it first, or comes nearest. */
  scratch: CurveMethod;
  /** Labels a class from scratch; null where even all that there are do not reach it. */
  needed: number | null;
  /** The most labels a class that were tried. */
  tried: number;
  /** Where not reached: what the power law says, if it fits. */
  extrapolated: number | null;
}

/** Labels a class that transfer is given. */
const REFERENCE = 8;

/**
 * Reads off the curves where training from scratch reaches what transfer reaches with 8 labels a class (or the size nearest to that),
 * between sizes by the logarithm of the labels.
 */
export function exchangeRate(points: readonly CurvePoint[]): ExchangeRate | null {
  const reference = points.filter(({ method }) => transferring.includes(method));
  const scratch = points.filter(({ method }) => fromScratch.includes(method));
  if (reference.length === 0 || scratch.length === 0) return null;
  const away = ({ perClass }: CurvePoint) => Math.abs(Math.log(perClass / REFERENCE));
  const nearest = Math.min(...reference.map(away));
  const best = reference
    .filter((point) => away(point) === nearest)
    .reduce((a, b) => (b.accuracy.mean > a.accuracy.mean ? b : a));
  const target = best.accuracy.mean;
  const tried = Math.max(...scratch.map(({ perClass }) => perClass));
  const found = fromScratch.flatMap((method) => {
    const own = scratch.filter((point) => point.method === method);
    return own.length === 0
      ? []
      : [{ method, needed: reaches(own, target), last: own[own.length - 1].accuracy.mean, own }];
  });
  found.sort(
    (a, b) => (a.needed ?? Number.POSITIVE_INFINITY) - (b.needed ?? Number.POSITIVE_INFINITY) || b.last - a.last,
  );
  const [{ method, needed, own }] = found;
  const extrapolated = needed === null ? byLaw(own, target) : null;
  const facts = { transfer: best.method, perClass: best.perClass, accuracy: target };
  return { ...facts, scratch: method, needed, tried, extrapolated };
}

function reaches(points: readonly CurvePoint[], target: number): number | null {
  const at = points.findIndex(({ accuracy }) => accuracy.mean >= target);
  if (at < 1) return at === 0 ? points[0].perClass : null;
  const [below, above] = [points[at - 1], points[at]];
  const share = (target - below.accuracy.mean) / (above.accuracy.mean - below.accuracy.mean);
  return Math.exp(Math.log(below.perClass) + share * Math.log(above.perClass / below.perClass));
}

function byLaw(points: readonly CurvePoint[], target: number): number | null {
  const law = fitPowerLaw(points.map(({ perClass, accuracy }) => ({ n: perClass, error: 1 - accuracy.mean })));
  return law && !law.warning && target < 1 ? (law.a / (1 - target)) ** (1 / law.b) : null;
}
