import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { scoreSingleLabel } from "../../src/evaluate/single-label.js";
import { renderEvaluation } from "../../src/report/evaluation-page.js";
import type { EvaluationReport } from "../../src/report/types.js";
import { multiLabelReport, singleLabelReport } from "./example-reports.js";

interface PageElement {
  textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

function open(report: EvaluationReport): PageElement {
  return parseHTML(renderEvaluation(report)).document as unknown as PageElement;
}

const all = (page: PageElement, selector: string) => [...page.querySelectorAll(selector)];
const headings = (page: PageElement) => all(page, "h2").map((heading) => heading.textContent);

const reports: [string, EvaluationReport][] = [
  ...[1, 2, 6, 13, 77, 150].map((classes): [string, EvaluationReport] => [
    `${classes} classes`,
    singleLabelReport(classes),
  ]),
  ["6 labels", multiLabelReport(6)],
  ["40 labels", multiLabelReport(40)],
];

describe("renderEvaluation", () => {
  it.each(reports)("loads nothing and paints only with the page's own colours for %s", (_, report) => {
    const text = renderEvaluation(report);
    expect(text.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|\/\/[a-z]|@import|url\(/);
    const page = open(report);
    for (const element of all(page, "svg [fill], svg [stroke]")) {
      for (const name of ["fill", "stroke"]) {
        expect(element.getAttribute(name) ?? "none").toMatch(/^(none|currentColor|var\(--[a-z-]+\))$/);
      }
    }
  });

  it.each(reports)("describes every chart under an id of its own for %s", (_, report) => {
    const page = open(report);
    const ids = all(page, "[id]").map((element) => element.getAttribute("id"));
    expect(new Set(ids).size).toBe(ids.length);
    const charts = all(page, "svg");
    expect(charts.length).toBeGreaterThanOrEqual(4);
    for (const chart of charts) {
      expect(chart.querySelector("title")?.textContent).toBeTruthy();
      expect(chart.querySelector("desc")?.textContent).toBeTruthy();
      for (const id of chart.getAttribute("aria-labelledby")!.split(" ")) expect(ids).toContain(id);
    }
  });

  it.each(reports)("holds no figure that is not a number for %s", (_, report) => {
    expect(renderEvaluation(report)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("lists every class with its figures, without script", () => {
    const report = singleLabelReport(77);
    const rows = all(open(report), "table.sortable tbody tr");
    expect(rows).toHaveLength(77);
    const { label, f1, support } = report.scores.perClass[5];
    const cells = all(rows[5], "td").map((cell) => cell.textContent);
    expect(rows[5].querySelector("th")!.textContent).toBe(label);
    expect([cells[2], cells[3]]).toEqual([f1.toFixed(3), String(support)]);
  });

  it("shows headline figures, intervals and the majority baseline", () => {
    const report = singleLabelReport(6);
    const { scores } = report;
    const figures = open(report).querySelector(".figures")!.textContent;
    if (scores.kind !== "single-label") throw new Error("expected single-label scores");
    for (const value of [scores.accuracy, scores.majorityAccuracy, ...scores.intervals!.accuracy]) {
      expect(figures).toContain(`${(100 * value).toFixed(1)}%`);
    }
    expect(figures).toContain(scores.ece.toFixed(3));
  });

  it("draws one cell for each pair of classes that occurs, with its count", () => {
    const report = singleLabelReport(6);
    if (report.scores.kind !== "single-label") throw new Error("expected single-label scores");
    const occurring = report.scores.confusion.flat().filter((count) => count > 0);
    const matrix = all(open(report), "svg").find(
      (svg) => svg.querySelector("title")!.textContent === "Confusion matrix",
    )!;
    expect(all(matrix, "rect title")).toHaveLength(occurring.length);
    expect(all(matrix, "[aria-label=text] text").map(({ textContent }) => Number(textContent))).toEqual(occurring);
  });

  it("has the sections of its kind, and those of a comparison only when there is one", () => {
    const { comparison, ...alone } = singleLabelReport(3);
    expect(headings(open({ ...alone, comparison }))).toContain("Compared with other");
    expect(headings(open(alone))).toEqual([
      "Which classes are confused",
      "Every class",
      "Are the probabilities right?",
      "Most surely wrong",
      "How to make this again",
    ]);
    const labels = headings(open(multiLabelReport(4)));
    expect(labels).toContain("Mistakes that occur together");
    expect(labels).not.toContain("Which classes are confused");
  });

  it("escapes texts, labels, names and commands", () => {
    const attack = `<script>alert("1")</script>'&amp;`;
    const report = singleLabelReport(3, 30, () => attack);
    const labelNames = [attack, "b", "c"];
    const hostile: EvaluationReport = {
      ...report,
      title: attack,
      scores: scoreSingleLabel(
        { probabilities: Float32Array.of(0, 1, 0, 1, 0, 0), labels: Int32Array.of(0, 1), labelNames },
        { resamples: 10 },
      ),
      surestErrors: [{ row: 0, actual: [attack], predicted: [attack], confidence: 1, text: attack }],
      comparison: { ...report.comparison!, nameA: attack, nameB: attack },
      warnings: [attack],
      provenance: { ...report.provenance, command: attack, facts: { [attack]: attack } },
    };
    const page = open(hostile);
    expect(all(page, "script")).toHaveLength(1);
    expect(renderEvaluation(hostile)).not.toContain("<script>alert");
    expect(page.querySelector("h1")!.textContent).toBe(attack);
    expect(page.querySelector(".errors .text")!.textContent).toBe(attack);
    expect(page.querySelector("pre")!.textContent).toBe(attack);
  });

  it("folds long texts, keeps them whole inside, and cuts what is longer than ten thousand characters", () => {
    const long = `${"word ".repeat(60)}end`;
    const page = open(singleLabelReport(3, 30, () => long));
    const item = page.querySelector(".errors details")!;
    expect(item.querySelector("summary")!.textContent).toHaveLength(180);
    expect(item.querySelector("p")!.textContent).toBe(long);
    const huge = renderEvaluation(singleLabelReport(3, 30, () => "x".repeat(1_000_000)));
    expect(huge.length).toBeLessThan(300_000);
    expect(huge).toContain("1,000,000 characters in all");
  });

  it("says so when nothing is wrong", () => {
    const scores = scoreSingleLabel(
      { probabilities: Float32Array.of(1, 0, 0, 1), labels: Int32Array.of(0, 1), labelNames: ["x", "y"] },
      { resamples: 0 },
    );
    const text = renderEvaluation({ ...singleLabelReport(2), scores, surestErrors: [], comparison: undefined });
    expect(text).toContain("Nothing is wrong.");
    expect(text).toContain("No class was taken for another.");
    expect(text).not.toContain("95% intervals");
  });

  it("counts rows of unknown labels where the reader sees it", () => {
    const scores = scoreSingleLabel(
      { probabilities: Float32Array.of(1, 0, 0, 1), labels: Int32Array.of(0, -1), labelNames: ["x", "y"] },
      { resamples: 0 },
    );
    const surest = [{ row: 1, actual: [], predicted: ["y"], confidence: 1, text: "t" }];
    const text = renderEvaluation({ ...singleLabelReport(2), scores, surestErrors: surest });
    expect(text).toContain("1 row of a label that the model does not know");
  });

  it("gives the same bytes for the same report", () => {
    expect(renderEvaluation(singleLabelReport(6))).toBe(renderEvaluation(singleLabelReport(6)));
  });
});
