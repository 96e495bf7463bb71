import { distance } from "fastest-levenshtein";

/**
 * The name that `wanted` was most probably meant to be, or undefined when none is close: at most two of five letters
 * differ (Levenshtein distance, ignoring case), or one name begins with the other.
 */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const target = wanted.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const candidate = name.toLowerCase();
    const extends_ = Math.min(candidate.length, target.length) >= 3 && sharesStart(candidate, target);
    const apart = extends_ ? 1 : distance(target, candidate);
    if (apart < bestDistance && apart <= Math.max(1, Math.floor(0.4 * target.length))) {
      best = name;
      bestDistance = apart;
    }
  }
  return best;
}

function sharesStart(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}
