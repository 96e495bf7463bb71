import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import type { CompareResult } from "../../src/experiments/compare-result.js";
import type { CurveResult } from "../../src/experiments/curve-result.js";
import type { ExtentResult } from "../../src/experiments/extent-result.js";
import type { TransferResult } from "../../src/experiments/transfer-result.js";
import { renderComparison } from "../../src/report/compare-page.js";
import { compareText } from "../../src/report/compare-text.js";
import { renderCurve } from "../../src/report/curve-page.js";
import { curveText } from "../../src/report/curve-text.js";
import { renderExtent } from "../../src/report/extent-page.js";
import { extentText } from "../../src/report/extent-text.js";
import { renderTransfer } from "../../src/report/transfer-page.js";
import { transferText } from "../../src/report/transfer-text.js";
import type { Provenance } from "../../src/report/types.js";

const attack = `<script>alert("1")</script>`;
const provenance: Provenance = {
  command: `headstart curve ${attack}`,
  date: "2026-11-24",
  encoder: "headstart-mini",
  seed: 42,
  dataFingerprint: "0123",
  versions: { headstart: "0.1.0" },
};
const summary = (mean: number, draws = 3) => ({
  mean,
  interval: draws > 1 ? ([mean - 0.05, mean + 0.05] as [number, number]) : null,
  draws,
});
const paired = (difference: number) => ({
  difference,
  interval: [difference - 0.02, difference + 0.02] as [number, number],
  wins: 2,
  ties: 0,
  losses: 1,
  draws: 3,
  p: 0.04,
  pairs: [-0.02, 0, 0.02].map((noise) => [0.7 + noise, 0.7 + difference] as const),
  correctedP: 0.08,
});
const common = { data: attack, classes: 2, testRows: 100, testOrigin: "test.csv", draws: 3 };

const curve: CurveResult = {
  ...common,
  kind: "curve",
  points: (["head", "bag-of-words"] as const).flatMap((method) =>
    ([2, 8, "all"] as const).map((shots, i) => ({
      method,
      shots,
      perClass: [2, 8, 60][i],
      accuracy: summary([0.6, 0.7, 0.8][i], shots === "all" ? 1 : 3),
      macroF1: summary(0.6),
      seconds: 1,
    })),
  ),
  comparisons: [{ shots: 8, a: "bag-of-words", b: "head", ...paired(0.05) }],
  exchange: {
    transfer: "head",
    perClass: 8,
    accuracy: 0.7,
    scratch: "bag-of-words",
    needed: null,
    tried: 60,
    extrapolated: 400,
  },
  extrapolations: [
    {
      method: "head",
      a: 0.5,
      b: 0.2,
      r2: 0.8,
      warning: "fits badly",
      at: [2, 4].map((times) => ({
        times,
        perClass: 60 * times,
        accuracy: 0.85,
        interval: [0.8, 0.9] as [number, number],
      })),
    },
  ],
};
const scores = { logMe: 0.1, hScore: 0.9, neighbours: 0.7, probeAccuracy: 0.8, probeLogLoss: 0.5 };
const comparison: CompareResult = {
  ...common,
  kind: "compare",
  layers: [1, 2].flatMap((layer) =>
    [attack, "b"].map((encoder) => ({
      encoder,
      layer,
      layers: 2,
      scores: Object.fromEntries(Object.entries(scores).map(([name, mean]) => [name, summary(mean)])) as never,
    })),
  ),
  encoders: [
    { encoder: attack, textsPerSecond: 100, megabytes: 23, behind: null, trained: summary(0.85), trainedSeconds: 9 },
    { encoder: "b", textsPerSecond: 300, megabytes: 10, behind: paired(-0.01), trainedBehind: paired(-0.02) },
  ],
  agreements: [{ a: "logMe", b: "hScore", tau: 0.5 }],
  trainedAgreements: [{ a: "logMe", b: "trained", tau: null }],
  recommendation: { best: attack, faster: "b", betterLayer: 1 },
};
const extent: ExtentResult = {
  ...common,
  kind: "extent",
  layers: 2,
  shots: 8,
  unrelated: "intents",
  points: [0, 1, 2].map((depth) => ({
    depth,
    train: summary(0.9 + 0.05 * depth),
    heldOut: summary(0.8 - 0.05 * depth),
    gap: summary(0.1 + 0.1 * depth),
    cosine: summary(1 - 0.1 * depth),
    probeLoss: depth === 0 ? null : summary(0.02),
    seconds: 2,
    gain: depth === 0 ? null : paired(-0.05 * depth),
  })),
  best: 0,
  take: 0,
  overfitsFrom: 1,
};
const transfer: TransferResult = {
  kind: "transfer",
  source: attack,
  target: "kitchen",
  classes: 2,
  draws: 3,
  sourceRows: 100,
  unlabelledRows: 90,
  fewRows: 16,
  testRows: 100,
  testOrigin: "test.csv",
  distance: summary(1.2),
  points: (["none", "coral", "adapted", "few-labels"] as const).map((method, i) => ({
    method,
    accuracy: summary(0.7 + [0, -0.02, 0.05, 0.01][i]),
    values: [0.7, 0.71, 0.72],
    seconds: 1,
    gain: i === 0 ? null : paired([0, -0.02, 0.05, 0.01][i]),
  })),
};

const pages: [string, () => string, () => string][] = [
  ["curve", () => renderCurve(curve, provenance), () => curveText(curve)],
  ["compare", () => renderComparison(comparison, provenance), () => compareText(comparison)],
  ["extent", () => renderExtent(extent, provenance), () => extentText(extent)],
  ["transfer", () => renderTransfer(transfer, provenance), () => transferText(transfer)],
];

interface PageElement {
  textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  querySelector(selector: string): PageElement | null;
}

describe("pages of experiments", () => {
  it.each(pages)("%s loads nothing, escapes what it is given and holds no figure that is not a number", (_, page) => {
    const text = page();
    expect(text.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|@import|url\(/);
    expect(text).not.toContain("<script>alert");
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(page()).toBe(text);
  });

  it.each(pages)("%s has a described chart, tables that sort, and the command", (_, page) => {
    const { document } = parseHTML(page()) as unknown as { document: PageElement };
    const charts = [...document.querySelectorAll("svg.chart")];
    expect(charts.length).toBeGreaterThan(0);
    for (const chart of charts) expect(chart.querySelector("desc")!.textContent).toBeTruthy();
    expect([...document.querySelectorAll("table.sortable tbody tr")].length).toBeGreaterThan(0);
    expect(document.querySelector("pre")!.textContent).toBe(provenance.command);
  });

  it.each(pages)("%s draws each draw as a line from the baseline to the method, and warns of few draws", (_, page) => {
    const { document } = parseHTML(page()) as unknown as { document: PageElement };
    const slopes = [...document.querySelectorAll("svg.chart")].find((chart) =>
      /on each draw/i.test(chart.querySelector("title")!.textContent),
    )!;
    const lines = [...slopes.querySelectorAll('g[aria-label="link"] path')].length;
    expect(lines).toBeGreaterThanOrEqual(3 + 1); // three draws and their mean
    expect(lines % 4).toBe(0);
    expect(document.querySelector(".note")!.textContent).toMatch(/3 draws are few/);
  });

  it("marks every size of a curve on its axis", () => {
    const points = [2, 4, 8, 16, 32, 64].map((shots) => ({ ...curve.points[0], shots, perClass: shots }));
    const { document } = parseHTML(renderCurve({ ...curve, points }, provenance)) as unknown as {
      document: PageElement;
    };
    for (const width of ["wide", "narrow"]) {
      const axis = document.querySelector(`.${width} g[aria-label="x-axis tick label"]`)!;
      const marks = [...axis.querySelectorAll("text")].map(({ textContent }) => textContent);
      expect(marks).toEqual(["2", "4", "8", "16", "32", "64"]);
    }
  });

  it.each(pages)("%s has charts for a phone that need no scrolling", (_, page) => {
    const { document } = parseHTML(page()) as unknown as { document: PageElement };
    const narrow = [...document.querySelectorAll(".narrow svg.chart")];
    expect(narrow.length).toBeGreaterThan(0);
    for (const chart of narrow) expect(Number(chart.getAttribute("width"))).toBeLessThanOrEqual(340);
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.getAttribute("id"));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(pages)("%s says the same in a terminal, and that draws are few", (_, __, text) => {
    expect(text()).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(text()).toMatch(/3 draws are few/);
  });
});

describe("what the sentences say", () => {
  const flat = (text: string) => text.replace(/\s+/g, " ");

  it("tells negative transfer and what may be chance", () => {
    expect(flat(transferText(transfer))).toContain("Negative transfer: CORAL −2.0");
    expect(flat(transferText(transfer))).toMatch(/Most gained: adapted on source \+5\.0.*3 draws, which may be chance/);
    expect(flat(transferText(transfer))).toContain("not told apart from all of the source (+1.0");
  });

  it("tells which encoders are not told apart from the best", () => {
    const third = { ...comparison.encoders[1], encoder: "c", behind: { ...paired(-0.01), correctedP: 0.3 } };
    const fourth = { ...third, encoder: "d", behind: { ...paired(-0.2), correctedP: 0.01 } };
    const text = flat(compareText({ ...comparison, encoders: [...comparison.encoders, third, fourth] }));
    expect(text).toContain("Not told apart from it on these draws: c. ");
  });

  it("draws intervals about zero, in 80 columns", () => {
    const forest = transferText(transfer)
      .split("\n")
      .filter((line) => line.includes("●"));
    expect(forest).toHaveLength(3);
    for (const line of forest) expect(line.length).toBeLessThanOrEqual(80);
    const zero = new Set(forest.map((line) => line.search(/[│┼]/)));
    expect(zero.size).toBe(1);
    expect(forest[0].indexOf("●")).toBeLessThan([...zero][0]);
    expect(forest[1].indexOf("●")).toBeGreaterThan([...zero][0]);
  });

  it("tells where adaptation overfits", () => {
    expect(flat(extentText(extent))).toContain("From the last layer on it overfits");
  });

  it("tells how many labels transfer is worth, and that a law is an extrapolation", () => {
    expect(flat(curveText(curve))).toMatch(/are not enough\. If its power law held, it would take about 400/);
    expect(flat(curveText(curve))).toContain("Beware: fits badly");
  });
});
