import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withLabels } from "../../src/data/dataset.js";
import { alignToTarget } from "../../src/experiments/coral.js";
import type { ExperimentSetup } from "../../src/experiments/curve.js";
import { FeatureStore } from "../../src/experiments/feature-store.js";
import { surestRows } from "../../src/experiments/pseudo-labels.js";
import { SourceAdaptation } from "../../src/experiments/source-adaptation.js";
import {
  planTransfer,
  runTransfer,
  type TransferData,
  type TransferOptions,
  transferRows,
} from "../../src/experiments/transfer.js";
import { transferData } from "../../src/experiments/transfer-data.js";
import { transferMethods } from "../../src/experiments/transfer-kinds.js";
import { proxyADistance } from "../../src/experiments/transfer-methods.js";
import type { Features } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";
import { transferText } from "../../src/report/transfer-text.js";
import { largestDifference } from "../encoder/oracle.js";
import { corpusOf, manifest, tinySetup } from "./demonstration.js";

const oracle = JSON.parse(readFileSync(new URL("../fixtures/experiments/coral.json", import.meta.url), "utf8"));
const featuresOf = (rows: number[][]): Features => ({
  rows: rows.length,
  size: rows[0].length,
  data: Float32Array.from(rows.flat()),
});

const options: TransferOptions = {
  methods: transferMethods,
  sourceShots: 20,
  fewShots: 4,
  targetRows: 60,
  draws: 3,
  seed: 1,
  adaptation: { depth: 1, recipe: { steps: 2 } },
};

let setup: ExperimentSetup;
beforeAll(async () => {
  setup = await tinySetup();
});
afterAll(() => setup.encoder.dispose());

const domains = async (permuted: boolean) =>
  transferData(
    await corpusOf("reviews/train.csv", permuted),
    { labelled: await corpusOf("reviews/test.csv", permuted) },
    42,
  );

describe("alignToTarget", () => {
  it("moves features as scipy's matrix powers do", () => {
    const moved = alignToTarget(featuresOf(oracle.source), featuresOf(oracle.target));
    expect(largestDifference(moved.data, oracle.moved.flat())).toBeLessThan(1e-5);
  });

  it("leaves a domain as it is when the target is the same", () => {
    const same = featuresOf(oracle.source);
    expect(largestDifference(alignToTarget(same, same).data, same.data)).toBeLessThan(1e-5);
  });
});

describe("surestRows", () => {
  it("takes the surest of every predicted class, none of one that is never predicted", () => {
    const rows = [
      [0.9, 0.1, 0],
      [0.6, 0.4, 0],
      [0.2, 0.8, 0],
      [0.7, 0.3, 0],
      [0.8, 0.2, 0],
    ];
    expect(surestRows(Float32Array.from(rows.flat()), 3, 0.5)).toEqual({ rows: [0, 2, 4], labels: [0, 1, 0] });
  });
});

describe("proxyADistance", () => {
  it("is near 0 for halves of one domain, and near 2 for domains of other words", async () => {
    const random = new Random(3);
    const textsOf = (words: string[]) =>
      Array.from({ length: 120 }, () =>
        Array.from({ length: 12 }, () => words[random.integer(words.length)]).join(" "),
      );
    const [good, bad] = [textsOf(["good", "clean", "room", "food"]), textsOf(["bad", "film", "end", "hours"])];
    const store = new FeatureStore(setup.encoder, [...good, ...bad]);
    const training = { tensorflow: setup.tensorflow, store, seed: 1 };
    expect(await proxyADistance(training, good.slice(0, 60), good.slice(60))).toBeLessThan(0.5);
    expect(await proxyADistance(training, good, bad)).toBeGreaterThan(1.5);
  });
});

describe("transferData", () => {
  const relabelled = async (name: (label: string, row: number) => string) => {
    const target = await corpusOf("reviews/test.csv");
    return withLabels(
      target,
      target.labels.map(([label], row) => [name(label, row)]),
    );
  };

  it("refuses a target without any of the source's labels, and says which name was probably meant", async () => {
    const source = await corpusOf("reviews/train.csv");
    const labelled = await relabelled((label) => label.toUpperCase());
    const message =
      /none of its labels.*"NEGATIVE", "POSITIVE", expected "negative", "positive".*did "NEGATIVE" mean "negative"/;
    expect(() => transferData(source, { labelled }, 42)).toThrow(message);
    const unlabelled = { name: "texts.csv", fingerprint: "0", texts: source.texts, test: labelled };
    expect(() => transferData(source, unlabelled, 42)).toThrow(message);
  });

  it("keeps texts of classes that the source lacks among the unlabelled, and trains on none of them", async () => {
    const source = await corpusOf("reviews/train.csv");
    const labelled = await relabelled((label, row) => (row % 4 === 0 ? "neutral" : label));
    const data = transferData(source, { labelled }, 42);
    expect(data.testOrigin).toMatch(
      /40 of its 160 rows have labels that .*train\.csv lacks \(neutral\) and count as wrong/,
    );
    const neutral = new Set(labelled.texts.filter((_, row) => row % 4 === 0));
    const [{ unlabelled, few, all }] = transferRows(data, { ...options, targetRows: 1000, draws: 1 });
    expect(unlabelled.filter((text) => neutral.has(text)).length).toBeGreaterThan(20);
    expect([...few!.texts, ...all!.texts].filter((text) => neutral.has(text))).toEqual([]);
    expect(few!.labels).toHaveLength(2 * options.fewShots);
    expect(all!.texts.length).toBe(unlabelled.filter((text) => !neutral.has(text)).length);
    expect(Math.min(...all!.labels)).toBe(0);
  });
});

describe("runTransfer", () => {
  it("scores every way, each against none on the same draws", async () => {
    const data = await domains(false);
    const { result, failed } = await runTransfer(data, setup, { ...options, draws: 2 }, { manifest });
    expect(failed).toEqual([]);
    expect(result.points.map(({ method }) => method)).toEqual(transferMethods);
    expect(result.points[0].gain).toBeNull();
    for (const { gain, accuracy } of result.points.slice(1)) {
      expect(gain!.difference).toBeCloseTo(accuracy.mean - result.points[0].accuracy.mean, 10);
    }
    expect(result.distance!.mean).toBeGreaterThan(0);
    const text = transferText(result).replace(/\s+/g, " ");
    expect(text).toContain("Without adaptation");
    const coral = result.points.find(({ method }) => method === "coral")!;
    expect(/Negative transfer:.*CORAL/.test(text)).toBe(coral.gain!.difference < 0);
  });

  it("shares the training on the source between ways and targets, to the same scores", async () => {
    const data = await domains(false);
    const other = { ...data, test: { texts: data.target.texts, labels: data.target.labels! } };
    const told = { ...options, draws: 1 };
    const scores = async (given: TransferData, methods: TransferOptions["methods"], run = {}) => {
      const folder = mkdtempSync(join(tmpdir(), "headstart-transfer-"));
      const { result } = await runTransfer(given, setup, { ...told, methods }, { folder, manifest, ...run });
      const cells = readFileSync(join(folder, "cells.jsonl"), "utf8").trimEnd().split("\n");
      rmSync(folder, { recursive: true });
      const shared = cells.map((line) => JSON.parse(line)).filter((cell) => cell.result.sharedSeconds > 0);
      return { accuracies: result.points.map(({ values }) => values), shared: shared.map(({ id }) => id) };
    };
    const both = await scores(data, ["none", "adapted", "adapted-pseudo"]);
    expect(both.shared).toEqual(["adapted-pseudo/draw=0"]);
    const alone = await scores(data, ["none", "adapted-pseudo"]);
    expect([alone.shared, alone.accuracies]).toEqual([[], [both.accuracies[0], both.accuracies[2]]]);

    const adapted = new SourceAdaptation();
    await scores(data, ["none", "adapted"], { adapted });
    const second = await scores(other, ["none", "adapted"], { adapted });
    const anew = await scores(other, ["none", "adapted"]);
    await adapted.dispose();
    expect([second.shared, second.accuracies]).toEqual([["adapted/draw=0"], anew.accuracies]);
    expect(anew.shared).toEqual([]);
  });

  it("always has the row without adaptation", async () => {
    const cells = planTransfer(await domains(false), { ...options, methods: ["coral"], draws: 1 });
    expect(cells.map(({ method }) => method)).toEqual(["distance", "none", "coral"]);
  });

  it("leaves out what needs target labels when there are none, and never trains on test rows", async () => {
    const data = await domains(false);
    const unlabelled = { ...data, target: { texts: data.target.texts } };
    const methods = new Set(planTransfer(unlabelled, options).map(({ method }) => method));
    expect([...methods]).toEqual(["distance", ...transferMethods.slice(0, 5)]);
    const test = new Set(data.test.texts);
    for (const { source, unlabelled: texts, few, all } of transferRows(data, options)) {
      for (const text of [...source.texts, ...texts, ...few!.texts, ...all!.texts]) expect(test.has(text)).toBe(false);
    }
  });
});
