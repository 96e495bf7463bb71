/**
 * Cohen's kappa (1960, eq. 1) of two annotators over the same texts: (observed − expected agreement) / (1 − expected). 1 where both
 * always give one and the same label, as there is nothing left to disagree on by chance.
 *
 * @param a [N], what the first gave. @param b [N], what the second gave.
 */
export function kappa<T>(a: ArrayLike<T>, b: ArrayLike<T>): number {
  const rows = a.length;
  const [countsA, countsB] = [countsOf(a), countsOf(b)];
  let same = 0;
  for (let i = 0; i < rows; i++) if (a[i] === b[i]) same++;
  let byChance = 0;
  for (const [label, count] of countsA) byChance += (count / rows) * ((countsB.get(label) ?? 0) / rows);
  return byChance === 1 ? 1 : (same / rows - byChance) / (1 - byChance);
}

function countsOf<T>(labels: ArrayLike<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  return counts;
}
