import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CompareOptions, type CompareSetup, runComparison } from "../../src/experiments/compare.js";
import { type CurveOptions, type ExperimentSetup, runCurve } from "../../src/experiments/curve.js";
import { curveMethods } from "../../src/experiments/curve-methods.js";
import type { ExperimentData } from "../../src/experiments/examples.js";
import { type ExtentOptions, runExtent } from "../../src/experiments/extent.js";
import type { Summary } from "../../src/experiments/statistics.js";
import { runTransfer, type TransferData, type TransferOptions } from "../../src/experiments/transfer.js";
import { transferData } from "../../src/experiments/transfer-data.js";
import { transferMethods } from "../../src/experiments/transfer-kinds.js";
import { silentLog } from "../../src/log.js";
import { openTiny } from "../adapt/tiny.js";
import { corpusOf, demonstration, isChance, manifest, tinySetup } from "./demonstration.js";

// Two questions to each experiment. Labels dealt anew: is there a score that chance does not explain? And test labels exchanged, one class for the
// other: is each accuracy what it was, turned over, to the last row? It is not where anything was chosen by those labels.

const adaptation = { depth: 1, recipe: { steps: 2 } };
const draws = 5;

let setup: ExperimentSetup;
let real: ExperimentData;
let permuted: ExperimentData;
beforeAll(async () => {
  setup = await tinySetup();
  real = await demonstration("reviews");
  permuted = await demonstration("reviews", true);
});
afterAll(() => setup.encoder.dispose());

/** Test rows among the training rows, and no others. */
const leaking = (data: ExperimentData): ExperimentData => ({ ...data, texts: data.testTexts, labels: data.testLabels });
const turned = (labels: Int32Array) => labels.map((label) => 1 - label);
const turnedOver = (data: ExperimentData): ExperimentData => ({ ...data, testLabels: turned(data.testLabels) });

/** The scores that guessing does not explain. */
const aboveChance = (scores: Record<string, Summary>, testRows: number) =>
  Object.keys(scores).filter((name) => !isChance(scores[name], 1 / 2, testRows));
const expectTurned = (before: Record<string, Summary>, after: Record<string, Summary>) => {
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, { mean }] of Object.entries(before)) expect(after[name].mean, name).toBeCloseTo(1 - mean, 12);
};

describe("curve", () => {
  const options: CurveOptions = {
    methods: curveMethods,
    sizes: [8],
    draws,
    nested: true,
    seed: 1,
    adaptation,
    scratchRecipe: { steps: 2 },
  };
  const scores = async (data: ExperimentData, changed: Partial<CurveOptions> = {}) => {
    const { result, failed } = await runCurve(data, setup, { ...options, ...changed }, { manifest });
    expect(failed).toEqual([]);
    return Object.fromEntries(
      result.points.map(({ method, shots, accuracy }): [string, Summary] => [`${method} ${shots}`, accuracy]),
    );
  };

  it("falls to chance when labels are permuted", async () => {
    expect(aboveChance(await scores(permuted), permuted.testTexts.length)).toEqual([]);
  });

  it("would show test rows among those trained on", async () => {
    const leaked = await scores(leaking(permuted), { methods: ["bag-of-words"], sizes: ["all"] });
    expect(aboveChance(leaked, permuted.testTexts.length)).toEqual(["bag-of-words all"]);
  });

  it("chooses nothing by the labels of test rows", async () => {
    expectTurned(await scores(real, { draws: 1 }), await scores(turnedOver(real), { draws: 1 }));
  });
});

describe("compare", () => {
  const options: CompareOptions = { draws, rows: 80, seed: 1, train: adaptation };
  const compared = async (data: ExperimentData, changed: Partial<CompareOptions> = {}) => {
    const names = ["bert", "distilbert"];
    const open = (name: string) => openTiny(name, { features: "last" });
    const encoders: CompareSetup = { tensorflow: setup.tensorflow, log: silentLog, names, open };
    const { result, failed } = await runComparison(data, encoders, { ...options, ...changed }, { manifest });
    expect(failed).toEqual([]);
    const trained = result.encoders.map(({ encoder, trained }): [string, Summary] => [encoder, trained!]);
    return { layers: result.layers, trained: Object.fromEntries(trained.sort()), best: result.recommendation.best };
  };

  it("falls to chance when labels are permuted, by the probe, by neighbours and after training", async () => {
    const { layers, trained } = await compared(permuted);
    expect(aboveChance(trained, permuted.testTexts.length)).toEqual([]);
    for (const metric of ["probeAccuracy", "neighbours"] as const) {
      const ofLayers = layers.map(({ encoder, layer, scores }) => [`${metric} ${encoder} ${layer}`, scores[metric]]);
      expect(aboveChance(Object.fromEntries(ofLayers), options.rows)).toEqual([]);
    }
  });

  it("ranks and recommends the same whatever the labels of test rows, and scores by them alone", async () => {
    const [before, after] = [await compared(real, { draws: 1 }), await compared(turnedOver(real), { draws: 1 })];
    expect([after.layers, after.best]).toEqual([before.layers, before.best]);
    expectTurned(before.trained, after.trained);
  });
});

describe("extent", () => {
  const options: Omit<ExtentOptions, "unrelated"> = {
    depths: [0, 3],
    shots: 8,
    draws,
    seed: 1,
    recipe: { steps: 3, learningRate: 1e-3 },
  };
  const measured = async (data: ExperimentData, changed: Partial<ExtentOptions> = {}) => {
    const unrelated = { name: "none", texts: ["a room with a view"] };
    const { result, failed } = await runExtent(data, setup, { ...options, unrelated, ...changed }, { manifest });
    expect(failed).toEqual([]);
    const of = (score: "heldOut" | "train") =>
      Object.fromEntries(result.points.map((point): [string, Summary] => [`${point.depth}`, point[score]]));
    return { heldOut: of("heldOut"), train: of("train"), best: result.best };
  };
  /** Labels of every second test row exchanged. */
  const halfTurned = (data: ExperimentData, which: number): ExperimentData => ({
    ...data,
    testLabels: data.testLabels.map((label, row) => (row % 2 === which ? 1 - label : label)),
  });

  it("falls to chance on rows held out when labels are permuted, though not on those trained on", async () => {
    const { heldOut, train } = await measured(permuted);
    expect(aboveChance(heldOut, permuted.testTexts.length / 2)).toEqual([]);
    for (const depth of Object.keys(train)) expect(train[depth].mean).toBeGreaterThan(heldOut[depth].mean);
  });

  it("scores by rows that choose nothing, and chooses by rows that score nothing", async () => {
    const before = await measured(real, { draws: 1 });
    const otherChoosing = await measured(halfTurned(real, 0), { draws: 1 });
    expect(otherChoosing.heldOut).toEqual(before.heldOut);
    const otherScored = await measured(halfTurned(real, 1), { draws: 1 });
    expect([otherScored.best, otherScored.train]).toEqual([before.best, before.train]);
    expectTurned(before.heldOut, otherScored.heldOut);
  });
});

describe("transfer", () => {
  const options: TransferOptions = {
    methods: transferMethods,
    sourceShots: 20,
    fewShots: 4,
    targetRows: 60,
    draws,
    seed: 1,
    adaptation,
  };
  const domains = async (areDealtAnew: boolean) => {
    const [source, labelled] = [
      await corpusOf("reviews/train.csv", areDealtAnew),
      await corpusOf("reviews/test.csv", areDealtAnew),
    ];
    return transferData(source, { labelled }, 42);
  };
  const scores = async (data: TransferData, changed: Partial<TransferOptions> = {}) => {
    const { result, failed } = await runTransfer(data, setup, { ...options, ...changed }, { manifest });
    expect(failed).toEqual([]);
    return Object.fromEntries(result.points.map(({ method, accuracy }): [string, Summary] => [method, accuracy]));
  };

  it("falls to chance when labels are permuted", async () => {
    const data = await domains(true);
    expect(aboveChance(await scores(data), data.test.texts.length)).toEqual([]);
  });

  it("chooses nothing by the labels of test rows", async () => {
    const data = await domains(false);
    const after = { ...data, test: { ...data.test, labels: turned(data.test.labels) } };
    expectTurned(await scores(data, { draws: 1 }), await scores(after, { draws: 1 }));
  });

  it("uses the labels of the target for the rows that say so alone", async () => {
    const data = await domains(false);
    const after = { ...data, target: { ...data.target, labels: turned(data.target.labels!) } };
    const [known, other] = [await scores(data, { draws: 1 }), await scores(after, { draws: 1 })];
    const changed = transferMethods.filter((method) => other[method].mean !== known[method].mean);
    expect(changed).toEqual(["few-labels", "upper-bound"]);
  });
});
