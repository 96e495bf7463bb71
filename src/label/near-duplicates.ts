import type { Features } from "../head/linear.js";
import { dot } from "./strategies/vectors.js";

/** Shared character trigrams from which two texts are nearly the same in their letters, too: meaning alone would join "cheap" and "low priced". */
const LETTERS_SHARED = 0.7;

/**
 * Rows whose text is nearly that of a row: their embeddings have a cosine of at least `cosine`, and their character trigrams a Jaccard
 * index of at least 0.7. Both, because either is fooled: by "I like it" and "I don't like it", or by a paraphrase.
 *
 * @param features [N, F], rows of length 1
 */
export function nearDuplicates(features: Features, texts: readonly string[], row: number, cosine: number): number[] {
  const { size, data } = features;
  const own = trigrams(texts[row]);
  const found: number[] = [];
  for (let other = 0; other < features.rows; other++) {
    if (other === row || dot(data, row * size, data, other * size, size) < cosine) continue;
    if (jaccard(own, trigrams(texts[other])) >= LETTERS_SHARED) found.push(other);
  }
  return found;
}

function trigrams(text: string): Set<string> {
  const plain = ` ${text.toLowerCase().replace(/\s+/g, " ").trim()} `;
  const found = new Set<string>();
  for (let at = 0; at + 3 <= plain.length; at++) found.add(plain.slice(at, at + 3));
  return found;
}

function jaccard(a: Set<string>, b: Set<string>): number {
  let shared = 0;
  for (const item of a) if (b.has(item)) shared++;
  return shared / (a.size + b.size - shared || 1);
}
