import { Random } from "../random.js";

/**
 * The rows of one person's part, in the order in which they are asked where there is no model. Equal texts stay together; the
 * parts of one seed are disjoint, but for the first `overlap` texts, which all have.
 *
 * @param groups [N], see `duplicateGroups`. @param share the i-th of n, from 1; all rows where it is missing
 */
export function rowsOfShare(
  groups: Int32Array,
  seed: number,
  share: { part: number; of: number } = { part: 1, of: 1 },
  overlap = 0,
): number[] {
  const firsts = new Map<number, number>();
  for (const [row, group] of groups.entries()) if (!firsts.has(group)) firsts.set(group, row);
  const order = new Random(seed).shuffle([...firsts.values()]);
  return order.filter((_, place) => place < overlap || place % share.of === share.part - 1);
}
