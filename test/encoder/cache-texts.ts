import { createHash } from "node:crypto";

/** Values a text. */
export const featureSize = 288;

/** A thousand texts; those of another number are others. */
export function textsOf(number: number): string[] {
  return Array.from({ length: 1000 }, (_, i) => `text ${i} of ${number}`);
}

/** Values that only their own text gives, [N, 288]. */
export function featuresOf(texts: readonly string[]): Float32Array {
  const features = new Float32Array(texts.length * featureSize);
  texts.forEach((text, row) => {
    const hash = createHash("sha512").update(text).digest();
    for (let i = 0; i < featureSize; i++) features[row * featureSize + i] = hash[i % hash.length] + i;
  });
  return features;
}
