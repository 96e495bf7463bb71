import { describe, expect, it } from "vitest";
import type { Features, Targets } from "../../src/head/linear.js";
import { Random } from "../../src/random.js";
import { loadTensorflow } from "../../src/runtime/tensorflow.js";
import { namesMayTell, selectWithNames } from "../../src/train/label-names.js";
import { nestedScore } from "../../src/train/nested.js";

const tensorflow = await loadTensorflow({ backend: "wasm" });
const classes = 3;
const size = 6;

/** Rows that show their class through noise, and the axis of each class as its name. */
function rows(count: number, noise: number) {
  const random = new Random(11);
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
  const data = new Float32Array(count * size);
  for (const [row, label] of labels.entries()) {
    for (let f = 0; f < size; f++) data[row * size + f] = Number(f === label) + noise * random.normal();
  }
  const targets: Targets = { kind: "single-label", classes, labels };
  return { last: { rows: count, size, data } as Features, targets };
}

/** @param shift 1 calls each label what the next one is called. */
function names(shift: number): Features {
  const data = new Float32Array(classes * size);
  for (let k = 0; k < classes; k++) data[k * size + ((k + shift) % classes)] = 1;
  return { rows: classes, size, data };
}

const { last, targets } = rows(18, 0.7);
const options = () => ({ candidates: [{ features: "last", C: 1 }], folds: 5, repeats: 3, random: new Random(5) });

describe("selectWithNames", () => {
  it("takes names that tell and help, and says what it saw", async () => {
    const own = names(0);
    const chosen = await selectWithNames(tensorflow, { last }, targets, { ...options(), names: { last: own } });
    expect(chosen.names).toEqual({ last: own });
    const { recall, chance, logLoss, used } = chosen.named!;
    expect([used, chance]).toEqual([true, 1 / 3]);
    expect(recall).toBeGreaterThan(0.6);
    expect(logLoss.with).toBeLessThan(logLoss.without);
  });

  it("leaves names of other labels, and then chooses as if there were none", async () => {
    const chosen = await selectWithNames(tensorflow, { last }, targets, { ...options(), names: { last: names(1) } });
    const random = new Random(options().random.fork().seed);
    const without = await selectWithNames(tensorflow, { last }, targets, { ...options(), random });
    const { named, ...selection } = chosen;
    expect(named).toMatchObject({ used: false });
    expect(without.named).toBeUndefined();
    expect(selection).toEqual(without);
  });

  it("reports its progress once, over both ways of learning", async () => {
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => seen.push(done / total);
    await selectWithNames(tensorflow, { last }, targets, { ...options(), names: { last: names(0) }, onProgress });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });
});

describe("nestedScore", () => {
  it("decides about the names in each part, and scores no name", async () => {
    const few = rows(9, 1.2);
    const score = async (given?: Features) => {
      const nested = { ...options(), repeats: 1, names: given && { last: given } };
      const { rows: scored, predicted } = await nestedScore(tensorflow, { last: few.last }, few.targets, nested);
      expect([...scored]).toEqual([...Array(9).keys()]);
      return [...predicted.labels].filter((label, row) => label === few.targets.labels[row]).length;
    };
    expect(await score(names(0))).toBeGreaterThan(await score());
  });
});

describe("namesMayTell", () => {
  it("is a matter of the rows a label", () => {
    expect(namesMayTell(rows(299, 0).targets)).toBe(true);
    expect(namesMayTell(rows(300, 0).targets)).toBe(false);
  });
});
