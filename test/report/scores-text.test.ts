import { describe, expect, it } from "vitest";
import { scoreMultiLabel } from "../../src/evaluate/multi-label.js";
import { scoreSingleLabel } from "../../src/evaluate/single-label.js";
import { Random } from "../../src/random.js";
import { scoresText } from "../../src/report/scores-text.js";
import { simulatedClassifier, simulatedLabels } from "../evaluate/simulation.js";

const RESAMPLES = { resamples: 50 };

function classesText(classes: number, rename = (name: string) => name, rows = 10 * classes): string {
  const input = simulatedClassifier(new Random(classes), rows, classes, 2);
  return scoresText(scoreSingleLabel({ ...input, labelNames: input.labelNames.map(rename) }, RESAMPLES));
}

const longName = (name: string) => `${name}_of_a_name\nthat_is_longer_than_any_terminal_is_wide_${"x".repeat(60)}`;

describe("scoresText", () => {
  it("writes figures, classes and the confusion matrix", () => {
    const probabilities = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
    const input = { probabilities, labels: Int32Array.of(0, 0, 0, 1), labelNames: ["no", "yes"] };
    expect(scoresText(scoreSingleLabel(input, { resamples: 0 }))).toBe(`4 rows, 2 classes
  Accuracy                   75.0%
  Macro-F1                   0.733
  Majority baseline          75.0%   always the most frequent label
  Weighted F1                0.767
  Log loss                   3.986
  Calibration error (ECE)    0.250

      precision  recall     F1      rows
no        1.000   0.667  0.800         3  ██████████
yes       0.500   1.000  0.667         1  ████████

Confusion: rows are true classes, columns predicted
           1   2
 1 no      2   1
 2 yes     ·   1
`);
  });

  it.each([1, 2, 12, 13, 77, 150])("stays within 80 columns for %i classes of any name", (classes) => {
    for (const text of [
      classesText(classes),
      classesText(classes, longName),
      classesText(classes, undefined, 12_000),
    ]) {
      for (const line of text.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
      expect(text).not.toMatch(/NaN|undefined/);
    }
  });

  it("writes the pairs confused most instead of a matrix above 12 classes", () => {
    expect(classesText(12)).toContain("Confusion: rows are true classes");
    expect(classesText(13)).not.toContain("Confusion: rows are true classes");
    expect(classesText(13)).toContain("Confused most");
  });

  it("keeps to the 30 weakest of many classes and says so", () => {
    const scores = scoreSingleLabel(simulatedClassifier(new Random(1), 400, 40, 2), { resamples: 0 });
    const weakest = scores.perClass.reduce((a, b) => (b.f1 < a.f1 ? b : a));
    const text = scoresText(scores);
    expect(text).toContain("(the 30 of lowest F1 out of 40)");
    expect(text.split("\n").filter((line) => /^c\d+ +\d\.\d{3}/.test(line))).toHaveLength(30);
    expect(text).toContain(`\n${weakest.label.padEnd(5)}`);
  });

  it("writes thresholds and average precision of labels, within 80 columns", () => {
    const input = simulatedLabels(new Random(2), 80, 5, 2);
    const names = [input.labelNames, input.labelNames.map(longName)];
    for (const labelNames of names) {
      const text = scoresText(scoreMultiLabel({ ...input, labelNames }, RESAMPLES));
      expect(text).toContain("threshold");
      expect(text).toContain("0.500");
      for (const line of text.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
    }
  });

  it("counts rows of unknown labels", () => {
    const input = { probabilities: Float32Array.of(1, 0), labels: Int32Array.of(-1), labelNames: ["x", "y"] };
    expect(scoresText(scoreSingleLabel(input, { resamples: 0 }))).toContain(
      "1 row of a label that the model does not know",
    );
  });
});
