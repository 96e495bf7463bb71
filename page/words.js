/** Which words carry a decision: each is left out in turn, all in one request (leave-one-out occlusion; Zeiler and Fergus 2014). */

/** Longer texts are taken apart into this many stretches of several words. */
const mostParts = 120;

/**
 * @param text what was decided on
 * @returns stretches of the text in order: `text` with the white space behind it, and its place `start` … `end`
 */
export function partsOf(text) {
  const words = [...text.matchAll(/\S+\s*/g)];
  const size = Math.ceil(words.length / mostParts);
  const parts = [];
  for (let i = 0; i < words.length; i += size) {
    const start = words[i].index;
    const last = words[Math.min(i + size, words.length) - 1];
    const end = last.index + last[0].length;
    parts.push({ text: text.slice(start, end), start, end });
  }
  return parts;
}

/** The text without each part in turn; nothing is to be asked of a text that consists of one. */
export function variantsOf(text, parts) {
  return parts.length < 2 ? [] : parts.map(({ start, end }) => text.slice(0, start) + text.slice(end));
}

/** How much of the label's probability goes with each part: positive where the part speaks for the label. */
export function effectsOf(label, whole, withoutEach) {
  const probability = ({ scores }) => scores.find((score) => score.label === label).probability;
  return withoutEach.map((prediction) => probability(whole) - probability(prediction));
}
