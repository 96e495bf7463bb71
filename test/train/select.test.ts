import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { fitHead } from "../../src/head/fit.js";
import { headLogits, selectFeatures, selectTargets, type Targets } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { foldsOf, foldsToScore } from "../../src/train/cross-validate.js";
import { accuracyOf, type Candidate, type SelectOptions, selectHead } from "../../src/train/select.js";
import { blobs, noisyLabels, oracle } from "../head/synthetic.js";

const wasm = await loadTensorflow({ backend: "wasm" });
const task = blobs({ perClass: 20, classes: 3, size: 24, spread: 1.5, seed: 1 });
const noise = {
  ...task.features,
  data: blobs({ perClass: 20, classes: 3, size: 24, spread: 1e6, seed: 2 }).features.data,
};
const Cs = [0.1, 1, 10];
const candidates: Candidate[] = ["signal", "noise"].flatMap((features) => Cs.map((C) => ({ features, C })));

function select(targets: Targets, options: Partial<SelectOptions> = {}) {
  const all: SelectOptions = { candidates, folds: 5, random: new Random(7), ...options };
  return selectHead(wasm, { signal: task.features, noise }, targets, all);
}

describe("foldsToScore", () => {
  it.each([
    { rows: 480, classes: 60, folds: 5 },
    { rows: 1500, classes: 150, folds: 4 },
    { rows: 2000, classes: 60, folds: 3 },
    { rows: 16_000, classes: 2, folds: 5 },
    { rows: 16_000, classes: 6, folds: 3 },
    { rows: 10_003, classes: 77, folds: 1 },
  ])("scores $folds of 5 folds of $rows rows in $classes classes", ({ rows, classes, folds }) => {
    expect(foldsToScore({ kind: "single-label", classes, labels: new Int32Array(rows) }, 5)).toBe(folds);
  });

  it("scores more rows where each label needs a threshold", () => {
    const labels = new Uint8Array(8000 * 90);
    expect(foldsToScore({ kind: "multi-label", classes: 90, labels }, 5)).toBe(4);
    expect(foldsToScore({ kind: "single-label", classes: 90, labels: new Int32Array(8000) }, 5)).toBe(1);
  });
});

describe("selectHead", () => {
  it.each(["logLoss", "accuracy"] as const)("prefers the features that carry the classes, by %s", async (criterion) => {
    const { best, scores } = await select(task.targets, { criterion });
    expect(best.features).toBe("signal");
    expect(scores.filter(({ candidate }) => candidate.features === "noise").length).toBe(1);
    const top = scores.find(({ candidate }) => candidate === best);
    expect(top?.accuracy).toBeGreaterThan(0.8);
    for (const { candidate, accuracy, meanLogLoss } of scores) {
      if (candidate.features === "noise") {
        expect(accuracy).toBeLessThan(0.6);
        expect(meanLogLoss).toBeGreaterThan(0.95);
      }
      const beaten = criterion === "accuracy" ? accuracy <= top!.accuracy : meanLogLoss >= top!.meanLogLoss;
      expect(beaten).toBe(true);
    }
  });

  it("tries every feature set at its smallest C, then raises C of the best until that stops to help", async () => {
    const rising = [0.001, 0.01, 1, 100, 1000, 10_000];
    const pairs = ["noise", "signal"].flatMap((features) => rising.toReversed().map((C) => ({ features, C })));
    const { best, scores } = await select(task.targets, { candidates: pairs });
    const losses = new Map(scores.map(({ candidate, meanLogLoss }) => [candidate, meanLogLoss]));
    const tried = rising.filter((C) => [...losses.keys()].some((pair) => pair.features === "signal" && pair.C === C));
    expect(scores.map(({ candidate }) => candidate)).toEqual(pairs.filter((pair) => losses.has(pair)));
    expect(scores.length).toBe(tried.length + 1);
    expect(tried).toEqual(rising.slice(0, tried.length));
    expect(tried.length).toBeGreaterThan(2);
    expect(tried.length).toBeLessThan(rising.length);
    expect(best).toEqual({ features: "signal", C: tried.at(-2) });
    const along = tried.map(
      (C) => scores.find(({ candidate }) => candidate.features === "signal" && candidate.C === C)!,
    );
    for (const [i, { meanLogLoss }] of along.slice(1, -1).entries())
      expect(meanLogLoss).toBeLessThan(along[i].meanLogLoss);
    expect(along.at(-1)!.meanLogLoss).toBeGreaterThan(along.at(-2)!.meanLogLoss);
  });

  it("holds out only some folds where rows and classes are many, and fits none on what it holds out", async () => {
    const large = blobs({ perClass: 100, classes: 50, size: 16, spread: 0.8, seed: 3 });
    expect(foldsToScore(large.targets, 5)).toBe(1);
    const options = { candidates: [{ features: "x", C: 1 }], folds: 5 };
    const random = { random: new Random(3) };
    const { rows, outOfFold, scores, head } = await selectHead(wasm, { x: large.features }, large.targets, {
      ...options,
      ...random,
    });
    const folds = foldsOf(large.targets, 5, new Random(3));
    expect([...rows]).toEqual([...folds.of.keys()].filter((row) => folds.of[row] === 0));
    expect(outOfFold.length).toBe(rows.length * 50);
    const logits = headLogits(head, selectFeatures(large.features, rows));
    for (const [i, value] of outOfFold.entries()) expect(Math.abs(value - logits[i])).toBeLessThan(1e-3);
    const held = selectTargets(large.targets, rows);
    expect(scores[0].accuracy).toBeCloseTo(accuracyOf(held, outOfFold), 9);
    const shuffled = { ...large.targets, labels: new Random(5).shuffle(large.targets.labels.slice()) } as Targets;
    const chance = await selectHead(wasm, { x: large.features }, shuffled, { ...options, random: new Random(3) });
    expect(chance.scores[0].accuracy).toBeLessThan(0.05);
  });

  it("gives, for each row, the logits of a head that was fitted without its fold", async () => {
    const only = [{ features: "signal", C: 2 }];
    const { outOfFold, rows: scored } = await select(task.targets, { candidates: only });
    expect([...scored]).toEqual([...Array(60).keys()]);
    const folds = foldsOf(task.targets, 5, new Random(7));
    for (let fold = 0; fold < 5; fold++) {
      const rows = [...folds.of.keys()];
      const training = rows.filter((row) => folds.of[row] !== fold);
      const held = rows.filter((row) => folds.of[row] === fold);
      const part = selectTargets(task.targets, training);
      const { head } = await fitHead(wasm, selectFeatures(task.features, training), part, { C: 2 });
      const logits = headLogits(head, selectFeatures(task.features, held));
      for (const [i, row] of held.entries()) {
        for (let k = 0; k < 3; k++) expect(Math.abs(outOfFold[row * 3 + k] - logits[i * 3 + k])).toBeLessThan(0.03);
      }
    }
  });

  it("gives the same for the same seed, and averages the logits of the repeats", async () => {
    const only = [{ features: "signal", C: 1 }];
    const a = (await select(task.targets, { candidates: only, repeats: 2 })).outOfFold;
    const b = (await select(task.targets, { candidates: only, repeats: 2 })).outOfFold;
    expect(a).toEqual(b);
    const random = new Random(7);
    const first = (await select(task.targets, { candidates: only, random })).outOfFold;
    const second = (await select(task.targets, { candidates: only, random })).outOfFold;
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo((first[i] + second[i]) / 2, 4);
  });

  it("works with classes of fewer rows than folds, down to one", async () => {
    const labels = task.targets.labels.slice() as Int32Array;
    labels[0] = 3; // a class of one row
    labels[1] = 4;
    labels[2] = 4;
    const rare: Targets = { kind: "single-label", classes: 5, labels };
    const { best, outOfFold, scores } = await select(rare, { classWeight: "balanced" });
    expect(best.features).toBe("signal");
    expect(outOfFold.every(Number.isFinite)).toBe(true);
    for (const { meanLogLoss } of scores) expect(meanLogLoss).toBeLessThan(Math.log(5));
  });

  it("selects for two classes and for several labels", async () => {
    const two = oracle("binary");
    const options: SelectOptions = {
      candidates: Cs.map((C) => ({ features: "x", C })),
      folds: 4,
      random: new Random(1),
    };
    expect((await selectHead(wasm, { x: two.features }, two.targets, options)).outOfFold.length).toBe(100);
    const many = noisyLabels(task.features, 4, 3);
    const { scores, outOfFold } = await selectHead(wasm, { x: task.features }, many, {
      ...options,
      random: new Random(1),
    });
    expect(outOfFold.length).toBe(240);
    expect(Math.max(...scores.map(({ accuracy }) => accuracy))).toBeGreaterThan(0.7);
  });

  it("keeps groups whole: copies of a row do not vouch for it", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => i >> 1); // each random row twice
    const features = selectFeatures(noise, rows);
    const targets = selectTargets(task.targets, rows);
    const options = { candidates: [{ features: "x", C: 100 }], folds: 5 };
    const naive = await selectHead(wasm, { x: features }, targets, { ...options, random: new Random(3) });
    const groups = Int32Array.from(rows);
    const grouped = await selectHead(wasm, { x: features }, targets, { ...options, random: new Random(3), groups });
    expect(naive.scores[0].accuracy).toBeGreaterThan(0.75);
    expect(grouped.scores[0].accuracy).toBeLessThan(0.6);
  });

  it("reports each fit, and leaves no tensor behind", async () => {
    const before = wasm.tf.memory().numTensors;
    const seen: string[] = [];
    await select(task.targets, { repeats: 2, onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen.slice(0, 4)).toEqual(["1/12", "2/12", "3/12", "4/12"]);
    expect(seen.length).toBeGreaterThan(4);
    expect(seen.at(-1)).toBe("12/12");
    expect(wasm.tf.memory().numTensors).toBe(before);
  });

  it("refuses no candidates, one fold and unknown features", async () => {
    await expect(select(task.targets, { candidates: [] })).rejects.toThrow(OptionError);
    await expect(select(task.targets, { folds: 1 })).rejects.toThrow(OptionError);
    await expect(select(task.targets, { candidates: [{ features: "first", C: 1 }] })).rejects.toThrow(
      /one of signal, noise/,
    );
  });

  it("chooses among 5 C and 2 feature sets for 6 classes of 8 rows in under two seconds", async () => {
    const few = blobs({ perClass: 8, classes: 6, size: 384, spread: 3, seed: 4 });
    const wide = blobs({ perClass: 8, classes: 6, size: 1152, spread: 3, seed: 4 });
    const many = ["last", "last3"].flatMap((features) => [0.3, 1, 3, 10, 30].map((C) => ({ features, C })));
    const options: SelectOptions = { candidates: many, folds: 5, random: new Random(1) };
    const started = performance.now();
    await selectHead(wasm, { last: few.features, last3: wide.features }, few.targets, options);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
