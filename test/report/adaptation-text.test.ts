import { describe, expect, it } from "vitest";
import { defaultRecipe } from "../../src/adapt/recipe.js";
import type { AdaptationRecord } from "../../src/classifier/manifest.js";
import { adaptationText } from "../../src/report/adaptation-text.js";

const few = { rows: 40, fewestRows: 100, heldOut: 0, trials: [] };
const compared = {
  rows: 400,
  fewestRows: 100,
  heldOut: 80,
  trials: [
    { depth: 0, steps: 0, accuracy: 0.8, logLoss: 0.5 },
    { depth: 6, steps: 45, accuracy: 0.9125, logLoss: 0.31416 },
  ],
};
const stored = { texts: 40, meanCosine: 0.99987, leastCosine: 0.99, sameAnswers: 1 };

const textOf = (record: Omit<AdaptationRecord, "recipe">) =>
  adaptationText({ ...record, recipe: defaultRecipe }, "single-label");

describe("adaptationText", () => {
  it.each<[string, Omit<AdaptationRecord, "recipe">]>([
    ["the last layer, 60 steps, as told", { request: 1, depth: 1, steps: 60, evidence: few }],
    ["the last 6 layers, 1 step, as told", { request: "all", depth: 6, steps: 1, evidence: few }],
    [
      "the last 6 layers, 60 steps: 40 rows are too few to hold any out and compare (100 needed), so the usual way",
      { request: "auto", depth: 6, steps: 60, evidence: few },
    ],
  ])("says %s", (wanted, record) => {
    expect(textOf(record)).toBe(wanted);
  });

  it("shows what was compared, the frozen encoder among it", () => {
    const kept = textOf({ request: "auto", depth: 0, evidence: compared }).split("\n");
    expect(kept[0]).toBe(
      "nothing: the frozen encoder is kept (by log loss on 80 rows held out; fewer steps or layers only where it is lower by two standard errors)",
    );
    expect(kept.slice(2).map((line) => line.trim().split(/\s+/))).toEqual([
      ["frozen", "80.0%", "0.500"],
      ["6", "45", "91.3%", "0.314"],
    ]);
    expect(new Set(kept.slice(1).map(({ length }) => length)).size).toBe(1);
  });

  it("says whose accuracy it is where texts have several labels", () => {
    const record = { request: "auto" as const, depth: 0, evidence: compared, recipe: defaultRecipe };
    expect(adaptationText(record, "multi-label")).toContain(
      "80 rows held out, accuracy of each label by itself; fewer",
    );
  });

  it("shows shares of the way where they were compared", () => {
    const [frozen, adapted] = compared.trials;
    const trials = [frozen, ...[0.35, 0.8].map((blend) => ({ ...adapted, blend }))];
    const lines = textOf({ request: "auto", depth: 6, steps: 45, evidence: { ...compared, trials } }).split("\n");
    expect(lines[0]).toMatch(
      /^the last 6 layers, 45 steps, blend 1\.00 \(.*; fewer layers only where it is lower by two standard errors\)$/,
    );
    expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["layers", "steps", "blend", "accuracy", "log loss"],
      ["frozen", "80.0%", "0.500"],
      ["6", "45", "0.35", "91.3%", "0.314"],
      ["6", "45", "0.80", "91.3%", "0.314"],
    ]);
    expect(new Set(lines.slice(1).map(({ length }) => length)).size).toBe(1);
  });

  it("says how near the stored weights are to those that were trained", () => {
    const text = textOf({ request: 2, depth: 2, steps: 9, evidence: few, stored });
    expect(text).toMatch(
      /\nstored +against float32 weights on 40 texts: mean cosine 0\.9999, 100\.0% of the answers the same$/,
    );
  });
});
