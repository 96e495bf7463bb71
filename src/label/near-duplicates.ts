import { type Features, selectFeatures } from "../head/linear.js";
import { eachPair } from "../neighbours/pairs.js";

/** Shared character trigrams from which two texts are nearly the same in their letters, too: meaning alone would join "cheap" and "low priced". */
export const LETTERS_SHARED = 0.7;

/**
 * For each of some rows the others whose text is nearly the same: their embeddings have a cosine of at least `cosine`, and their character
 * trigrams a Jaccard index of at least 0.7. Both, because either is fooled: by "I like it" and "I don't like it", or by a paraphrase.
 *
 * @param features [N, F], rows of length 1. @returns one list, ascending, for each of `rows`
 */
export async function nearDuplicates(
  features: Features,
  texts: readonly string[],
  rows: readonly number[],
  cosine: number,
): Promise<number[][]> {
  const found: number[][] = rows.map(() => []);
  const onPair = (at: number, other: number) => {
    if (other !== rows[at] && lettersShared(texts[rows[at]], texts[other]) >= LETTERS_SHARED) found[at].push(other);
  };
  await eachPair(selectFeatures(features, rows), features, { threshold: cosine, onPair });
  return found;
}

/** Jaccard index of the character trigrams of two texts, whatever their case and spacing. */
export function lettersShared(one: string, other: string): number {
  const [a, b] = [trigrams(one), trigrams(other)];
  let shared = 0;
  for (const item of a) if (b.has(item)) shared++;
  return shared / (a.size + b.size - shared || 1);
}

function trigrams(text: string): Set<string> {
  const plain = ` ${text.toLowerCase().replace(/\s+/g, " ").trim()} `;
  const found = new Set<string>();
  for (let at = 0; at + 3 <= plain.length; at++) found.add(plain.slice(at, at + 3));
  return found;
}
