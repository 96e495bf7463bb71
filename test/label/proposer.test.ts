import { beforeAll, describe, expect, it } from "vitest";
import { type Features, selectFeatures, selectTargets, type Targets } from "../../src/head/linear.js";
import { type Answered, ProposerFitter, propose } from "../../src/label/proposer.js";
import { StandingFolds } from "../../src/label/standing-folds.js";
import { unitRows } from "../../src/label/strategies/vectors.js";
import { Random } from "../../src/random.js";
import { loadTensorflow, type Tensorflow } from "../../src/runtime/tensorflow.js";

const [size, classes] = [12, 3];
let tensorflow: Tensorflow;

beforeAll(async () => {
  tensorflow = await loadTensorflow({ backend: "wasm" });
});

/** Rows around the direction of their class, a tenth of them with the label of another. */
function noisy(rows: number, seed: number): { features: Features; labels: Int32Array } {
  const random = new Random(seed);
  const truth = Int32Array.from({ length: rows }, () => random.integer(classes));
  const data = Float32Array.from(
    { length: rows * size },
    (_, at) => 0.4 * random.normal() + (at % size === truth[Math.floor(at / size)] ? 1 : 0),
  );
  const labels = truth.map((label) => (random.uniform() < 0.1 ? (label + 1) % classes : label));
  return { features: unitRows({ rows, size, data }), labels };
}

const prototypes = unitRows({
  rows: classes,
  size,
  data: Float32Array.from({ length: classes * size }, (_, at) => (at % size === Math.floor(at / size) ? 1 : 0)),
});
const { features, labels } = noisy(150, 1);
const all: Targets = { kind: "single-label", classes, labels };

function answered(count: number): Answered {
  const rows = [...Array(count).keys()];
  return { rows, features: selectFeatures(features, rows), targets: selectTargets(all, rows), prototypes };
}

describe("ProposerFitter", () => {
  it("comes to the same proposals from the former head as from nothing", async () => {
    const standing = new ProposerFitter(tensorflow);
    for (let count = 2; count < 150; count += 3) await standing.fit(answered(count));
    const [warm, cold] = [await standing.fit(answered(150)), await new ProposerFitter(tensorflow).fit(answered(150))];
    const [p, q] = [warm, cold].map((proposer) => propose(tensorflow, proposer, "single-label", features));
    for (const [at, share] of p.entries()) expect(Math.abs(share - q[at])).toBeLessThan(0.03);
  });

  it("expects of itself what it reaches on texts that it has not seen", async () => {
    const fresh = noisy(1000, 2);
    const proposer = await new ProposerFitter(tensorflow).fit(answered(60));
    const shares = propose(tensorflow, proposer, "single-label", fresh.features);
    let [expected, right] = [0, 0];
    for (const [row, label] of fresh.labels.entries()) {
      const own = shares.subarray(row * classes, (row + 1) * classes);
      expected += Math.max(...own) / fresh.labels.length;
      if (own.indexOf(Math.max(...own)) === label) right += 1 / fresh.labels.length;
    }
    expect(Math.abs(expected - right)).toBeLessThan(0.07);
  });

  it("follows when a label is added, and when several may apply", async () => {
    const fitter = new ProposerFitter(tensorflow);
    await fitter.fit(answered(20));
    const wider = { ...prototypes, rows: 4, data: Float32Array.of(...prototypes.data, ...Array(size).fill(0)) };
    const more = await fitter.fit({
      ...answered(20),
      prototypes: wider,
      targets: { ...all, ...answered(20).targets, classes: 4 } as Targets,
    });
    expect(more.head.classes).toBe(4);
    const bits = new Uint8Array(60);
    for (let row = 0; row < 20; row++) bits[row * classes + labels[row]] = 1;
    const several = { ...answered(20), targets: { kind: "multi-label" as const, classes, labels: bits } };
    const { thresholds } = await new ProposerFitter(tensorflow).fit(several);
    expect(thresholds).toHaveLength(classes);
  });
});

describe("StandingFolds", () => {
  it("keeps a row where it is, and spreads each label", () => {
    const folds = new StandingFolds();
    const first = folds.deal([7, 3, 9], selectTargets(all, [7, 3, 9]));
    const rows = [9, 3, ...Array(50).keys()].filter((row, at, own) => own.indexOf(row) === at);
    const dealt = folds.deal(rows, selectTargets(all, rows));
    expect(dealt[rows.indexOf(9)]).toBe(first[2]);
    expect(dealt[rows.indexOf(3)]).toBe(first[1]);
    expect(dealt[rows.indexOf(7)]).toBe(first[0]);
    for (let k = 0; k < classes; k++) {
      const counts = [0, 0, 0, 0, 0];
      for (const [at, row] of rows.entries()) if (labels[row] === k) counts[dealt[at]]++;
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });
});
