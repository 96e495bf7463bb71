import type { Features } from "../head/linear.js";

/** More terms than this cost memory and gain nothing for the sizes of a learning curve: the most frequent stay. */
const MOST_TERMS = 10_000;

/** Weighs texts by the terms of those that it was fitted on. */
export interface BagOfWords {
  /** [V] */
  terms: readonly string[];
  /** tf-idf of N texts, rows of unit length, [N, V]. */
  transform(texts: readonly string[]): Features;
}

/**
 * tf-idf as scikit-learn's `TfidfVectorizer` has it with its defaults: lower case, words of two letters and more, raw counts, idf =
 * ln((1 + N) / (1 + df)) + 1, rows scaled to unit length.
 * @param texts N, the training texts alone: terms and their weights are learnt from them
 */
export function fitBagOfWords(texts: readonly string[]): BagOfWords {
  const frequency = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(wordsOf(text))) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const terms = [...frequency.keys()].sort((a, b) => frequency.get(b)! - frequency.get(a)! || (a < b ? -1 : 1));
  const kept = terms.slice(0, MOST_TERMS).sort((a, b) => (a < b ? -1 : 1));
  const column = new Map(kept.map((term, i) => [term, i]));
  const idf = Float64Array.from(kept, (term) => Math.log((1 + texts.length) / (1 + frequency.get(term)!)) + 1);
  return { terms: kept, transform: (given) => weigh(given, column, idf) };
}

function weigh(texts: readonly string[], column: ReadonlyMap<string, number>, idf: Float64Array): Features {
  const size = idf.length;
  const data = new Float32Array(texts.length * size);
  texts.forEach((text, row) => {
    const weights = data.subarray(row * size, (row + 1) * size);
    for (const word of wordsOf(text)) {
      const term = column.get(word);
      if (term !== undefined) weights[term] += idf[term];
    }
    const norm = Math.hypot(...weights.filter((weight) => weight !== 0));
    if (norm > 0) for (let i = 0; i < size; i++) weights[i] /= norm;
  });
  return { rows: texts.length, size, data };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}
