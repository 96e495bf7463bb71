import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Checkpoint } from "../../src/adapt/checkpoint.js";
import { type Recipe, recipeFor, usualBlend, usualTemperature } from "../../src/adapt/recipe.js";
import type { Encoder } from "../../src/encoder/encoder.js";
import { OptionError } from "../../src/errors.js";
import { balancedClassWeights } from "../../src/head/class-weights.js";
import { fitHead } from "../../src/head/fit.js";
import { type Features, headLogits, selectFeatures, selectTargets, type Targets } from "../../src/head/linear.js";
import { separability } from "../../src/head/separability.js";
import { silentLog } from "../../src/log.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { fewestRowsToCompare, type HoldingOut, holdingOut } from "../../src/train/adaptation-evidence.js";
import { type Comparison, compareHeldOut, looksOf } from "../../src/train/compare-held-out.js";
import { depthOf, type TrainAdaptedOptions, trainAdapted } from "../../src/train/train-adapted.js";
import { fast } from "../adapt/eight-texts.js";
import { openTiny } from "../adapt/tiny.js";

const wasm = await loadTensorflow({ backend: "wasm" });
const short: Recipe = { ...fast, steps: 4, batchSize: 8 };
const classes = 3;

let encoder: Encoder;
let folder: string;

beforeAll(async () => {
  encoder = await openTiny("bert");
  folder = mkdtempSync(join(tmpdir(), "headstart-train-adapted-"));
});

afterAll(async () => {
  await encoder.dispose();
  rmSync(folder, { recursive: true });
});

/** Short texts that know nothing of the labels, which go round. */
function rowsOf(count: number) {
  const words = ["room", "food", "film", "staff", "view", "book", "song", "tea", "good", "bad", "open", "no"];
  const random = new Random(2);
  const texts = Array.from({ length: count }, () => [0, 1, 2].map(() => words[random.integer(words.length)]).join(" "));
  const targets: Targets = {
    kind: "single-label",
    classes,
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
  };
  return { texts, targets };
}

/** Features of a frozen encoder that sees the label through noise of a size. */
function featuresOf({ labels }: Targets, noise: number): Features {
  const random = new Random(8);
  const data = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) {
    for (let k = 0; k < classes; k++) data[row * classes + k] = Number(k === label) + noise * random.normal();
  }
  return { rows: labels.length, size: classes, data };
}

function optionsFor(targets: Targets, changed: Partial<TrainAdaptedOptions> = {}): TrainAdaptedOptions {
  const groups = Int32Array.from({ length: targets.labels.length }, (_, row) => row);
  const fixed = { classWeight: "none", random: new Random(4), threads: 1, log: silentLog } as const;
  return { request: "auto", targets, groups, recipe: short, ...fixed, ...changed };
}

describe("holdingOut", () => {
  it("holds nothing of few rows, every third of more in turn, and a fifth of many", () => {
    expect(holdingOut(fewestRowsToCompare - 1)).toBeUndefined();
    expect([fewestRowsToCompare, 299].map(holdingOut)).toEqual(Array(2).fill({ folds: 3, heldOut: 3 }));
    expect(holdingOut(300)).toEqual({ folds: 5, heldOut: 1 });
  });
});

describe("trainAdapted with few rows", () => {
  it("takes the usual depth without a comparison", async () => {
    const { texts, targets } = rowsOf(12);
    const result = await trainAdapted(
      wasm,
      encoder,
      texts,
      { features: featuresOf(targets, 1), kind: "last" as const, C: 1 },
      optionsFor(targets),
    );
    expect(result.evidence).toEqual({ rows: 12, fewestRows: fewestRowsToCompare, heldOut: 0, trials: [] });
    expect(result.depth).toBe(3);
    expect(result.recipe.steps).toBe(4);
    const { trained, losses, features, separability, encoder: adapted } = result.adapted!;
    expect(trained.heldOut).toBeNull();
    expect(separability).toBeLessThan(0.7); // labels that go round tell nothing
    expect(trained.temperature).toBe(usualTemperature(separability));
    expect(losses.length).toBe(4);
    expect(await adapted.encode(texts)).toEqual(features);
    await adapted.dispose();
  });

  it("goes less far, and is surer, where the frozen encoder tells the rows apart already", async () => {
    const { targets } = rowsOf(12);
    const texts = Array.from({ length: 12 }, (_, row) => ["good", "no staff view book", "open tea"][row % 3]);
    const frozen = { features: featuresOf(targets, 1), kind: "last" as const, C: 1 };
    const { blend: _, ...open } = short;
    const { adapted, recipe } = await trainAdapted(wasm, encoder, texts, frozen, optionsFor(targets, { recipe: open }));
    expect(adapted!.separability).toBe(separability(await encoder.encode(texts), targets));
    expect(adapted!.separability).toBeGreaterThan(0.9);
    expect(recipe.blend).toBe(usualBlend(12, 3, adapted!.separability));
    expect(recipe.blend).toBeLessThan(usualBlend(12, 3, 0));
    expect(adapted!.trained.temperature).toBe(usualTemperature(adapted!.separability));
    await adapted!.encoder.dispose();
  });

  it.each([
    [3, "last3"],
    [4, "last"],
  ])("reads of %i classes what fits them: %s", async (count, kind) => {
    const { texts, targets } = rowsOf(12);
    const labels = Int32Array.from(texts.keys(), (row) => row % count);
    const frozen = { features: featuresOf(targets, 1), kind: "last3" as const, C: 1 };
    const own: Targets = { kind: "single-label", classes: count, labels };
    const { adapted } = await trainAdapted(wasm, encoder, texts, frozen, optionsFor(own));
    expect([adapted!.trained.features, adapted!.encoder.kind]).toEqual([kind, kind]);
    await adapted!.encoder.dispose();
  });

  it("trains on the labels' names as well, and counts them as no rows", async () => {
    const { texts, targets } = rowsOf(12);
    const frozen = { features: featuresOf(targets, 1), kind: "last" as const, C: 1 };
    const names = ["a room", "a book", "a song"];
    const withNames = await trainAdapted(wasm, encoder, texts, frozen, optionsFor(targets, { names }));
    const without = await trainAdapted(wasm, encoder, texts, frozen, optionsFor(targets));
    expect(withNames.evidence.rows).toBe(12);
    const { adapted } = withNames;
    expect(adapted!.features.rows).toBe(12);
    expect(adapted!.stored.texts).toBe(15);
    expect(adapted!.losses).not.toEqual(without.adapted!.losses);
    const named = headLogits(adapted!.trained.head, await adapted!.encoder.encode(names));
    for (const k of names.keys()) {
      const own = [...named.subarray(k * classes, (k + 1) * classes)];
      expect(own.indexOf(Math.max(...own)), names[k]).toBe(k); // learnt, with the weight of four rows
    }
    for (const result of [withNames, without]) await result.adapted!.encoder.dispose();
  });

  it("gives every label at one half", async () => {
    const { texts } = rowsOf(12);
    const labels = Uint8Array.from({ length: 36 }, (_, i) => Number(i % 5 === 0 || i % 7 === 0));
    const targets: Targets = { kind: "multi-label", classes, labels };
    const frozen = { features: featuresOf(rowsOf(12).targets, 1), kind: "last" as const, C: 1 };
    const { adapted } = await trainAdapted(wasm, encoder, texts, frozen, {
      ...optionsFor(targets),
      groups: Int32Array.from(texts.keys()),
      request: 1,
    });
    expect([...adapted!.trained.thresholds!]).toEqual([0.5, 0.5, 0.5]);
    await adapted!.encoder.dispose();
  });

  it("compares one depth on all rows in turn from a hundred on", async () => {
    const { texts, targets } = rowsOf(fewestRowsToCompare);
    const frozen = { features: featuresOf(targets, 0.2), kind: "last" as const, C: 10 };
    const { depth, evidence } = await trainAdapted(wasm, encoder, texts, frozen, optionsFor(targets));
    expect(depth).toBe(0);
    expect(evidence).toMatchObject({ rows: 100, heldOut: 100 });
    expect(evidence.trials.map((trial) => trial.depth)).toEqual([0, 3, 3, 3]);
  });

  it("refuses more layers than there are, and says how many there are", async () => {
    expect(() => depthOf(4, 3, 3)).toThrow(OptionError);
    expect(() => depthOf(4, 3, 3)).toThrow(/up to 3, the encoder's layers/);
    expect([depthOf("all", 1, 3), depthOf("auto", Number.POSITIVE_INFINITY, 3), depthOf("auto", 2, 3)]).toEqual([
      3, 3, 2,
    ]);
  });
});

describe("trainAdapted with rows to hold out", () => {
  const { texts, targets } = rowsOf(300);
  const good = { features: featuresOf(targets, 0.2), kind: "last" as const, C: 10 };
  const checkpoints = () => ({ folder, resume: false, everyMs: 0 });

  /** Nothing else is kept of the trainings than these, and they go away when they are told to. */
  async function expectAll(kept: readonly Checkpoint[]): Promise<void> {
    expect(kept.map(({ path }) => basename(path)).sort()).toEqual(readdirSync(folder).sort());
    expect(kept.length).toBeGreaterThan(0);
    for (const checkpoint of kept) await checkpoint.remove();
    expect(readdirSync(folder)).toEqual([]);
  }

  it("keeps the frozen encoder where it is as good, and says what was compared", async () => {
    const options = optionsFor(targets, { checkpoints: checkpoints() });
    const { depth, adapted, evidence, checkpoints: kept } = await trainAdapted(wasm, encoder, texts, good, options);
    expect(depth).toBe(0);
    expect(adapted).toBeUndefined();
    expect(evidence.heldOut).toBe(60);
    expect(evidence.trials.map((trial) => [trial.depth, trial.steps])).toEqual([
      [0, 0],
      ...[1, 3].flatMap((layers) => [2, 3, 4].map((steps) => [layers, steps])),
    ]);
    const [frozen, ...others] = evidence.trials;
    expect(frozen.accuracy).toBeGreaterThan(0.95);
    for (const { logLoss } of others) expect(logLoss).toBeGreaterThan(frozen.logLoss + 0.5);
    await expectAll(kept);
  });

  it("adapts all the same when told how deep, with a warning", async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
    const options = optionsFor(targets, { request: 1, log, checkpoints: checkpoints() });
    const { depth, adapted, evidence, checkpoints: kept } = await trainAdapted(wasm, encoder, texts, good, options);
    expect(depth).toBe(1);
    expect(warnings.join()).toMatch(/the frozen encoder did as well; --adapt auto would keep it/);
    const best = evidence.trials.slice(1).reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    expect(adapted!.losses.length).toBe(best.steps);
    expect(adapted!.trained.heldOut!.rows.length).toBe(60);
    await expectAll(kept);
    await adapted!.encoder.dispose();
  });

  it("adapts where the frozen encoder tells less, and warns of nothing", async () => {
    // Texts that say their label, and frozen features that do not.
    const telling = texts.map((text, row) => `${["good", "bad", "open"][row % 3]} ${text.split(" ")[0]}`);
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (line: string) => warnings.push(line) };
    const { depth, adapted, evidence } = await trainAdapted(
      wasm,
      encoder,
      telling,
      { features: featuresOf(targets, 50), kind: "last" as const, C: 1 },
      optionsFor(targets, { log, recipe: { ...short, steps: 12, batchSize: 16 } }),
    );
    expect(depth).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
    const wanted = Math.min(...evidence.trials.map(({ logLoss }) => logLoss));
    const taken = evidence.trials.find((trial) => trial.depth === depth && trial.steps === adapted!.losses.length)!;
    expect(taken.logLoss).toBe(wanted);
    await adapted!.encoder.dispose();
  });
});

describe("trainAdapted with more than three classes and rows to hold out", () => {
  const { texts } = rowsOf(100);
  const words = ["good", "bad", "open", "no"];
  const labels = Int32Array.from(texts.keys(), (row) => row % 4);
  const targets: Targets = { kind: "single-label", classes: 4, labels };
  const telling = texts.map((text, row) => `${words[row % 4]} ${text.split(" ")[0]}`);
  const frozen = { features: featuresOf({ ...targets, classes }, 50), kind: "last" as const, C: 1 };
  const { blend: _, ...open } = short;

  it("compares shares of the way, and trains to the best of them", async () => {
    const options = optionsFor(targets, { recipe: { ...open, steps: 12 } });
    const { adapted, evidence, recipe } = await trainAdapted(wasm, encoder, telling, frozen, options);
    const trials = evidence.trials.slice(1);
    expect(trials.map(({ depth, steps, blend }) => [depth, steps, blend])).toEqual(
      recipeFor(100, 4).blends.map((blend) => [3, 12, blend]),
    );
    const best = trials.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    expect(recipe.blend).toBe(best.blend);
    await adapted!.encoder.dispose();
  });

  it("compares none where the share is given", async () => {
    const options = optionsFor(targets, { recipe: { ...open, steps: 12, blend: 0.9 } });
    const { adapted, evidence, recipe } = await trainAdapted(wasm, encoder, telling, frozen, options);
    expect(evidence.trials.map(({ steps, blend }) => [steps, blend])).toEqual([0, 6, 9, 12].map((n) => [n, undefined]));
    expect(recipe.blend).toBe(0.9);
    await adapted!.encoder.dispose();
  });
});

describe("trainAdapted with more than three classes of many rows", () => {
  const { texts } = rowsOf(256);
  const { loss: _, ...open } = short;
  const single: Targets = { kind: "single-label", classes: 4, labels: Int32Array.from(texts.keys(), (row) => row % 4) };
  const several: Targets = {
    kind: "multi-label",
    classes: 4,
    labels: Uint8Array.from({ length: 4 * 256 }, (_, i) => Number(i % 4 === Math.floor(i / 4) % 4)),
  };

  it.each([
    ["ranks their pairs", single, { cosinePairs: 1, ranking: 0.1 }],
    ["does not where a row may have several labels", several, { cosinePairs: 1 }],
  ])("%s", async (_, targets, loss) => {
    const frozen = { features: featuresOf({ ...single, classes }, 50), kind: "last" as const, C: 1 };
    const options = optionsFor(targets, { request: 1, recipe: { ...open, steps: 2 } });
    const { adapted, recipe } = await trainAdapted(wasm, encoder, texts, frozen, options);
    expect(recipe.loss).toEqual(loss);
    await adapted!.encoder.dispose();
  });
});

describe("looksOf", () => {
  it("compares shares of the whole training where there are any and none is given, else where it may end", () => {
    expect(looksOf({ ...short, steps: 40, blend: undefined }, [0.3, 0.9])).toEqual([
      { steps: 40, blend: 0.3 },
      { steps: 40, blend: 0.9 },
    ]);
    const ends = [{ steps: 20 }, { steps: 30 }, { steps: 40 }];
    expect(looksOf({ ...short, steps: 40, blend: undefined }, [])).toEqual(ends);
    expect(looksOf({ ...short, steps: 40, blend: 1 }, [0.3, 0.9])).toEqual(ends);
  });
});

describe("compareHeldOut", () => {
  const { texts, targets } = rowsOf(60);
  /** Threes of neighbours, one of each class: whatever labels two of them swap, the folds stay. */
  const groups = Int32Array.from(texts.keys(), (row) => Math.floor(row / 3));
  const frozen = { features: featuresOf(targets, 1), kind: "last" as const, C: 1 };

  const oneFold: HoldingOut = { folds: 5, heldOut: 1 };
  const planned = () => {
    const fixed = { classWeight: "balanced", threads: 1, log: silentLog } as const;
    return { depth: 2, recipe: short, C: 1, random: new Random(6), ...fixed };
  };

  function compared(labels: Int32Array, of = texts, holding = oneFold) {
    const options = { targets: { kind: "single-label", classes, labels } as const, groups, blends: [], ...holding };
    return compareHeldOut(wasm, encoder, of, frozen, [2], planned(), options);
  }

  const logit = ({ logits }: Comparison["ways"][number], row: number, k: number) => logits[row * classes + k];

  /** Swaps the labels of the second and third row of a group. */
  function swap(group: number): Int32Array {
    const labels = targets.labels.slice() as Int32Array;
    [labels[3 * group + 1], labels[3 * group + 2]] = [labels[3 * group + 2], labels[3 * group + 1]];
    return labels;
  }

  it("gives each row the answer of a training that it took no part in, when all are held out in turn", async () => {
    const inTurn = { folds: 3, heldOut: 3 };
    const { rows, ways } = await compared(targets.labels as Int32Array, texts, inTurn);
    expect([...rows]).toEqual([...texts.keys()]);
    expect(ways.map(({ trial }) => [trial.depth, trial.steps])).toEqual([
      [0, 0],
      [2, 2],
      [2, 3],
      [2, 4],
    ]);
    const other = await compared(swap(4), texts, inTurn);
    for (const [at, way] of ways.entries()) {
      const changed = [...rows].filter((row) =>
        [0, 1, 2].some((k) => logit(way, row, k) !== logit(other.ways[at], row, k)),
      );
      expect(changed).not.toEqual(expect.arrayContaining([12, 13, 14]));
      expect(changed.length, `way ${at}`).toBeGreaterThanOrEqual(20);
    }
  });

  let before: Comparison;
  beforeAll(async () => {
    before = await compared(targets.labels as Int32Array);
  });

  it("lets no row that is held out take part in what is scored on it", async () => {
    const { rows } = before;
    expect(rows.length).toBe(12);
    const labels = targets.labels.slice() as Int32Array;
    for (const row of rows) if (row % 3 === 0) labels.set(swap(row / 3).subarray(row, row + 3), row);
    const after = await compared(labels);
    expect(after.ways.map(({ trial }) => [trial.depth, trial.steps])).toEqual(
      [0, 2, 3, 4].map((steps) => [steps ? 2 : 0, steps]),
    );
    expect(after.rows).toEqual(rows);
    expect(after.targets.labels).not.toEqual(before.targets.labels);
    for (const [i, { logits, trial }] of after.ways.entries()) {
      expect(logits).toEqual(before.ways[i].logits);
      expect(trial.logLoss).not.toBe(before.ways[i].trial.logLoss);
    }
  });

  it("compares with the frozen encoder's head as it was trained: as strong, and from the labels' names as well", async () => {
    const names: Features = { rows: 3, size: 3, data: Float32Array.of(2, 0, 1, 0, 1, 0, 1, 0, 2) };
    const own = { ...frozen, C: 5, names };
    const uneven = { ...targets, labels: targets.labels.map((label, row) => (row % 4 === 0 ? 0 : label)) } as Targets;
    const { rows, ways } = await compareHeldOut(wasm, encoder, texts, own, [], planned(), {
      targets: uneven,
      groups,
      blends: [],
      ...oneFold,
    });
    const training = [...texts.keys()].filter((row) => !rows.includes(row));
    const learnt = selectTargets(uneven, training);
    const options = { C: 5, names, classWeight: balancedClassWeights(learnt) };
    const { head } = await fitHead(wasm, selectFeatures(frozen.features, training), learnt, options);
    expect(ways.map(({ trial }) => trial.depth)).toEqual([0]);
    expect(ways[0].logits).toEqual(headLogits(head, selectFeatures(frozen.features, [...rows])));
  });

  it("would show it: a row that is trained on changes what is said of those held out", async () => {
    const seen = [...texts.keys()].find((row) => row % 3 === 0 && !before.rows.includes(row))!;
    const after = await compared(swap(seen / 3));
    expect(after.rows).toEqual(before.rows);
    for (const [i, { logits }] of after.ways.entries()) expect(logits).not.toEqual(before.ways[i].logits);
  });
});
