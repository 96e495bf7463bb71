import { describe, expect, it } from "vitest";
import { fitTemperature, logLoss } from "../../src/head/calibration.js";
import { probabilities, selectRows, selectTargets, type Targets } from "../../src/head/linear.js";
import { bestThresholds } from "../../src/head/thresholds.js";
import { Random } from "../../src/random.js";
import {
  bestWay,
  crossChosenLogits,
  type HeldOutRows,
  scoredRows,
  type Way,
  wayOf,
} from "../../src/train/adaptation-evidence.js";

const rows = 80;
const classes = 3;

/** Logits that are right, but for noise, and `scale` times too sure. */
function drawn(kind: Targets["kind"], scale: number, seed = 1): HeldOutRows {
  const random = new Random(seed);
  const single = Int32Array.from({ length: rows }, () => random.integer(classes));
  const multi = Uint8Array.from({ length: rows * classes }, () => Number(random.uniform() < 0.3));
  const targets: Targets =
    kind === "single-label" ? { kind, classes, labels: single } : { kind, classes, labels: multi };
  const isRight = (row: number, k: number) =>
    kind === "single-label" ? single[row] === k : multi[row * classes + k] === 1;
  const logits = Float32Array.from({ length: rows * classes }, (_, i) => {
    return scale * ((isRight(Math.floor(i / classes), i % classes) ? 1 : -1) + 1.5 * random.normal());
  });
  return { rows: Int32Array.from({ length: rows }, (_, row) => 3 * row), targets, logits };
}

const halves = [0, 1].map((half) => [...Array(rows).keys()].filter((row) => row % 2 === half));

/** The part of some rows, and its temperature. */
function partOf({ targets, logits }: HeldOutRows, part: number[]) {
  const [own, ownLogits] = [selectTargets(targets, part), selectRows(logits, classes, part)];
  return { targets: own, logits: ownLogits, temperature: fitTemperature(own, ownLogits) };
}

describe("wayOf", () => {
  it.each(["single-label", "multi-label"] as const)("calibrates each half of the rows by the other, %s", (kind) => {
    const heldOut = drawn(kind, 5);
    const [even, odd] = halves.map((half) => partOf(heldOut, half));
    const wanted =
      (logLoss(even.targets, even.logits, odd.temperature) + logLoss(odd.targets, odd.logits, even.temperature)) / 2;
    const { trial, losses } = wayOf({ depth: 2, steps: 30, blend: 0.5 }, heldOut);
    expect(losses.reduce((a, b) => a + b) / rows).toBeCloseTo(trial.logLoss, 9);
    expect(trial).toMatchObject({ depth: 2, steps: 30, blend: 0.5 });
    expect(trial.logLoss).toBeCloseTo(wanted, 5);
    expect(trial.logLoss).toBeLessThan(logLoss(heldOut.targets, heldOut.logits));
  });

  it("does not mind how sure the logits are, only what they know", () => {
    const [sure, unsure] = [8, 0.5].map((scale) => wayOf({ depth: 1, steps: 1 }, drawn("single-label", scale)).trial);
    expect(sure.logLoss).toBeCloseTo(unsure.logLoss, 4);
    expect(sure.accuracy).toBe(unsure.accuracy);
  });

  it("finds nothing in logits that know nothing", () => {
    const heldOut = drawn("single-label", 6);
    const shuffled = new Random(4).shuffle(heldOut.targets.labels.slice()) as Int32Array;
    const targets: Targets = { kind: "single-label", classes, labels: shuffled };
    expect(wayOf({ depth: 1, steps: 1 }, { ...heldOut, targets }).trial.logLoss).toBeGreaterThan(
      0.95 * Math.log(classes),
    );
  });
});

/** A way that loses so much on each row, with logits that name the way. */
function way(depth: number, losses: number[], steps = 10, blend?: number): Way {
  const logLoss = losses.reduce((a, b) => a + b) / losses.length;
  const logits = new Float32Array(losses.length * classes).fill(depth);
  return { trial: { depth, steps, blend, accuracy: 0.5, logLoss }, logits, losses: Float64Array.from(losses) };
}

describe("bestWay", () => {
  const four = [0, 1, 2, 3];

  it("has the lowest log loss over the rows that are looked at", () => {
    const ways = [way(0, [3, 3, 3, 3]), way(2, [1, 1, 2, 2]), way(6, [2, 2, 1, 1])];
    expect(bestWay(ways, [0, 1], true).trial.depth).toBe(2);
    expect(bestWay(ways, [2, 3], true).trial.depth).toBe(6);
  });

  it("keeps the frozen encoder where it is as good as the best of the others", () => {
    const [frozen, better, asGood, worse] = [
      [1, 1, 1, 1],
      [0, 0, 1.9, 1.9],
      [0, 2, 0, 2],
      [1, 1, 1, 1.1],
    ].map((losses, i) => way(i === 0 ? 0 : 2, losses));
    expect(bestWay([frozen, better], four, true)).toBe(better);
    expect(bestWay([frozen, asGood], four, true)).toBe(frozen);
    expect(bestWay([frozen, worse], four, true)).toBe(frozen);
    expect(bestWay([frozen, worse], four, false)).toBe(worse);
  });

  it("goes to the end of a training unless it lost less before by more than two standard errors", () => {
    const [frozen, end] = [way(0, [3, 3, 3, 3]), way(6, [1, 1, 1, 1], 40)];
    const clear = way(6, [0.9, 0.8, 0.9, 0.8], 20);
    const likely = way(6, [0.5, 1, 0.4, 1.05], 20); // lower by 0.26 ± 0.17
    const unclear = way(6, [0, 1.5, 0.5, 1.5], 20); // by 0.125 ± 0.38
    for (const mayBeFrozen of [true, false]) {
      expect(bestWay([frozen, clear, end], four, mayBeFrozen)).toBe(clear);
      expect(bestWay([frozen, likely, end], four, mayBeFrozen)).toBe(end);
      expect(bestWay([frozen, unclear, end], four, mayBeFrozen)).toBe(end);
      expect(bestWay([frozen, unclear, clear, end], [0, 2], mayBeFrozen)).toBe(unclear); // lower by 0.75 ± 0.25 there
    }
  });

  it("takes the share of a training's way that lost least, however little less", () => {
    const frozen = way(0, [3, 3, 3, 3]);
    const [part, most, all] = [
      way(6, [1, 2, 1, 2], 40, 0.3),
      way(6, [2, 0.9, 2, 1], 40, 0.6),
      way(6, [2, 1, 2, 1], 40, 0.9),
    ];
    for (const mayBeFrozen of [true, false]) {
      expect(bestWay([frozen, part, most, all], four, mayBeFrozen)).toBe(most);
      expect(bestWay([frozen, part, most, all], [0, 2], mayBeFrozen)).toBe(part);
    }
    const shallow = way(2, [0.5, 1.5, 0.5, 1.6], 40, 0.3); // lower by 0.45, and not clearly
    expect(bestWay([frozen, shallow, part, most, all], four, true)).toBe(most);
  });

  it("compares depths by where each training ends", () => {
    const frozen = way(0, [1, 1, 1, 1]);
    const [early, end] = [way(6, [0, 1.5, 0.5, 1.5], 20), way(6, [1.1, 1, 1, 1], 40)];
    const shallow = way(2, [0.95, 0.95, 0.95, 0.95], 40);
    expect(bestWay([frozen, early, end], four, true)).toBe(frozen);
    expect(bestWay([frozen, shallow, early, end], four, true)).toBe(shallow);
  });

  it("trains fewer layers only where they lost less by more than two standard errors, or more layers did not beat the frozen encoder", () => {
    const [frozen, deep] = [way(0, [3, 3, 3, 3]), way(6, [1, 1, 1, 1])];
    const [clear, unclear] = [way(2, [0.9, 0.8, 0.9, 0.8]), way(2, [0, 1.5, 0.5, 1.5])];
    expect(bestWay([frozen, clear, deep], four, true)).toBe(clear);
    for (const mayBeFrozen of [true, false]) expect(bestWay([frozen, unclear, deep], four, mayBeFrozen)).toBe(deep);
    const asFrozen = way(6, [3, 3, 3, 3]);
    const slightlyBetter = way(2, [3.5, 2.5, 3.5, 2]); // by 0.125 ± 0.38
    expect(bestWay([frozen, slightlyBetter, asFrozen], four, true)).toBe(slightlyBetter);
    expect(bestWay([frozen, slightlyBetter, asFrozen], four, false)).toBe(asFrozen);
  });
});

describe("crossChosenLogits", () => {
  it("takes each row's logits from the way that the rows of the other half chose", () => {
    // Even rows lose least at depth 2, odd rows at depth 6: so odd rows are answered by depth 2.
    const ways = [way(0, [9, 9, 9, 9]), way(2, [1, 5, 1, 5]), way(6, [5, 1, 5, 1])];
    const logits = crossChosenLogits(ways, classes, true);
    expect([...logits]).toEqual([6, 6, 6, 2, 2, 2, 6, 6, 6, 2, 2, 2]);
  });
});

describe("scoredRows", () => {
  it("gives calibrated probabilities and the likeliest class", () => {
    const heldOut = drawn("single-label", 5);
    const score = scoredRows(heldOut, 3, 2 * heldOut.rows.length);
    const [even, odd] = halves.map((half) => partOf(heldOut, half).temperature);
    expect(score.choices.map(({ temperature }) => temperature)).toEqual([odd, even]);
    expect(score.choices[0].candidate).toEqual({ features: "last", C: 3 });
    expect([score.method, score.rows]).toEqual(["hold-out", heldOut.rows]);
    const wanted = heldOut.logits.map((logit, i) => logit / (Math.floor(i / classes) % 2 === 0 ? odd : even));
    expect(score.logits).toEqual(wanted);
    expect(score.probabilities).toEqual(probabilities("single-label", wanted, classes));
    for (const [row, label] of score.predicted.labels.entries()) {
      const own = [...score.probabilities.subarray(row * classes, (row + 1) * classes)];
      expect(own[label]).toBe(Math.max(...own));
    }
  });

  it("gives labels by thresholds that come from the other half of the rows", () => {
    const heldOut = drawn("multi-label", 5);
    const score = scoredRows(heldOut, 1, heldOut.rows.length);
    expect(score.method).toBe("cross-validation"); // all rows were held out in turn
    for (const half of [0, 1]) {
      const { targets, logits, temperature } = partOf(heldOut, halves[1 - half]);
      const p = probabilities(
        "multi-label",
        logits.map((logit) => logit / temperature),
        classes,
      );
      const thresholds = bestThresholds(p, targets.labels as Uint8Array, classes);
      expect(score.choices[half].thresholds).toEqual(thresholds);
      for (const row of halves[half]) {
        for (let k = 0; k < classes; k++) {
          const given = score.probabilities[row * classes + k] >= thresholds[k];
          expect(score.predicted.labels[row * classes + k]).toBe(Number(given));
        }
      }
    }
  });
});
