import { describe, expect, it } from "vitest";
import {
  type Features,
  headLogits,
  probabilities,
  selectFeatures,
  selectTargets,
  type Targets,
} from "../../src/head/linear.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { nestedScore, scoreAndSelect } from "../../src/train/nested.js";
import { accuracyOf, selectHead } from "../../src/train/select.js";
import { blobs, noisyLabels } from "../head/synthetic.js";

const wasm = await loadTensorflow({ backend: "wasm" });
const task = blobs({ perClass: 20, classes: 3, size: 24, spread: 1.2, seed: 1 });
const candidates = [0.1, 1, 10].map((C) => ({ features: "x", C }));

/** Half-width of the interval in which a chance accuracy over n rows lies 99.9% of the time. */
function chanceInterval(chance: number, n: number): number {
  return 3.3 * Math.sqrt((chance * (1 - chance)) / n);
}

function permuted(targets: Targets, seed: number): Targets {
  return { ...targets, labels: new Random(seed).shuffle(targets.labels.slice()) } as Targets;
}

/** `count` feature sets of `rows` rows that know nothing of any label. */
function noiseSets(count: number, rows: number, seed: number): Record<string, Features> {
  const random = new Random(seed);
  const set = () => ({ rows, size: 2, data: Float32Array.from({ length: rows * 2 }, () => random.normal()) });
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`noise ${i}`, set()]));
}

describe("nestedScore", () => {
  it("scores every row by cross-validation, with temperatures from the inner folds", async () => {
    const options = { candidates, folds: 4, random: new Random(5) };
    const score = await nestedScore(wasm, { x: task.features }, task.targets, options);
    expect(score.method).toBe("cross-validation");
    expect([...score.rows]).toEqual([...Array(60).keys()]);
    expect(score.choices.length).toBe(5);
    expect(accuracyOf(task.targets, score.logits)).toBeGreaterThan(0.8);
    expect(score.probabilities).toEqual(probabilities("single-label", score.logits, 3));
    const right = task.targets.labels.filter((label, row) => label === score.predicted.labels[row]).length;
    expect(right / 60).toBeCloseTo(accuracyOf(task.targets, score.logits), 9);
  });

  it("holds out one stratified fifth when rows × classes is large", async () => {
    const options = { candidates, folds: 4, random: new Random(5), crossValidateUpTo: 100 };
    const score = await nestedScore(wasm, { x: task.features }, task.targets, options);
    expect(score.method).toBe("hold-out");
    expect(score.rows.length).toBe(12);
    expect(score.logits.length).toBe(36);
    const counts = [0, 0, 0];
    for (const row of score.rows) counts[task.targets.labels[row]]++;
    expect(counts).toEqual([4, 4, 4]);
    for (const [i, row] of score.rows.entries()) {
      expect(score.predicted.labels[i]).toBe(
        [0, 1, 2].find((k) => score.logits[i * 3 + k] === Math.max(...score.logits.subarray(i * 3, i * 3 + 3))),
      );
      expect(row).toBeGreaterThanOrEqual(i);
    }
  });

  it("is at chance when the labels are permuted", async () => {
    let right = 0;
    const draws = 5;
    for (let seed = 0; seed < draws; seed++) {
      const targets = permuted(task.targets, 100 + seed);
      const options = { candidates, folds: 4, random: new Random(seed) };
      right += 60 * accuracyOf(targets, (await nestedScore(wasm, { x: task.features }, targets, options)).logits);
    }
    const n = 60 * draws;
    expect(Math.abs(right / n - 1 / 3)).toBeLessThan(chanceInterval(1 / 3, n));
  });

  it("is at chance where choosing on all rows is far above it", async () => {
    // Many sets of pure noise: the best of them looks good on the rows that chose it, and only there.
    const rows = 40;
    const draws = 4;
    const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
    const targets: Targets = { kind: "single-label", classes: 2, labels };
    let leaky = 0;
    let nested = 0;
    for (let seed = 0; seed < draws; seed++) {
      const sets = noiseSets(60, rows, seed);
      const candidates = Object.keys(sets).map((features) => ({ features, C: 1 }));
      const options = { candidates, folds: 4, criterion: "accuracy" as const };
      const { best } = await selectHead(wasm, sets, targets, { ...options, random: new Random(3) });
      // What nestedScore would do, had it chosen on all rows: the same outer folds with the choice already made.
      const chosen = { ...options, candidates: [best], random: new Random(3) };
      leaky += accuracyOf(targets, (await nestedScore(wasm, sets, targets, chosen)).logits) / draws;
      nested +=
        accuracyOf(targets, (await nestedScore(wasm, sets, targets, { ...options, random: new Random(3) })).logits) /
        draws;
    }
    const limit = 0.5 + chanceInterval(0.5, rows * draws);
    expect(leaky).toBeGreaterThan(limit);
    expect(nested).toBeLessThan(limit);
  });

  it("gives labels by thresholds that the inner folds chose", async () => {
    const targets = noisyLabels(task.features, 4, 3);
    const score = await nestedScore(wasm, { x: task.features }, targets, {
      candidates,
      folds: 4,
      random: new Random(5),
    });
    expect(score.predicted.kind).toBe("multi-label");
    expect(score.choices.every(({ thresholds }) => thresholds?.length === 4)).toBe(true);
    const thresholds = score.choices.flatMap(({ thresholds }) => [...thresholds!]);
    expect(new Set(thresholds).size).toBeGreaterThan(1);
    const right = targets.labels.filter((label, i) => label === score.predicted.labels[i]).length;
    expect(right / targets.labels.length).toBeGreaterThan(0.7);
  });

  it("reports progress to the end", async () => {
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number) => seen.push([done, total]);
    await nestedScore(wasm, { x: task.features }, task.targets, {
      candidates,
      folds: 3,
      random: new Random(5),
      onProgress,
    });
    expect(seen.at(-1)).toEqual([15, 15]);
    expect(seen.every(([done, total], i) => total === 15 && done > (seen[i - 1]?.[0] ?? 0))).toBe(true);
  });
});

describe("scoreAndSelect", () => {
  const sets = { x: task.features };

  it("scores the fifth that nestedScore holds out, and calibrates on it what the other fifths chose", async () => {
    const options = { candidates, folds: 4 };
    const { score, selection } = await scoreAndSelect(wasm, sets, task.targets, { ...options, random: new Random(5) });
    const same = { ...options, random: new Random(5), crossValidateUpTo: 0 };
    const nested = await nestedScore(wasm, sets, task.targets, same);
    expect(score.method).toBe("hold-out");
    expect(score.rows).toEqual(nested.rows);
    expect(selection.rows).toEqual(score.rows);
    expect(selection.best).toEqual(score.choices[0].candidate);
    const [{ temperature }] = score.choices;
    const logits = headLogits(selection.head, selectFeatures(task.features, score.rows));
    for (const [i, logit] of score.logits.entries()) {
      expect(logit * temperature).toBeCloseTo(selection.outOfFold[i], 4);
      expect(logits[i]).toBeCloseTo(selection.outOfFold[i], 4);
    }
  });

  it("is at chance when the labels are permuted", async () => {
    let right = 0;
    for (let seed = 0; seed < 10; seed++) {
      const targets = permuted(task.targets, 200 + seed);
      const { score } = await scoreAndSelect(wasm, sets, targets, { candidates, folds: 4, random: new Random(seed) });
      right += 12 * accuracyOf(selectTargets(targets, score.rows), score.logits);
    }
    expect(Math.abs(right / 120 - 1 / 3)).toBeLessThan(chanceInterval(1 / 3, 120));
  });
});
