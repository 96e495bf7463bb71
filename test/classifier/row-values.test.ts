import { describe, expect, it } from "vitest";
import { type RowOptions, rowValues } from "../../src/classifier/row-values.js";

const labels = ["bad", "fine", "good"];

/** Of one label a text: the likeliest. */
const single = {
  labels,
  multiLabel: false,
  decide(row: Float32Array) {
    const best = row.indexOf(Math.max(...row));
    return { label: labels[best], confidence: row[best] };
  },
};

/** Of several labels a text: those from 0.5 on, the likeliest first. */
const multi = {
  labels,
  multiLabel: true,
  decide(row: Float32Array) {
    const given = [...row.keys()].filter((k) => row[k] >= 0.5).sort((a, b) => row[b] - row[a]);
    return { labels: given.map((k) => labels[k]), confidences: given.map((k) => row[k]) };
  },
};

const of = (model: typeof single | typeof multi, options: RowOptions, row: number[] | null) => {
  const { columns, of: values } = rowValues(model, options);
  return Object.fromEntries(values(row && Float32Array.from(row)).map((value, i) => [columns[i], value]));
};

describe("rowValues of one label a text", () => {
  it("gives the label and its probability with 4 decimals", () => {
    expect(of(single, {}, [0.125, 0.25, 0.625])).toEqual({ label: "good", confidence: "0.6250" });
  });

  it("gives numbers where they are to stay numbers", () => {
    expect(of(single, { asNumbers: true, all: true }, [0.1, 0.2, 0.7])).toEqual({
      label: "good",
      confidence: 0.7,
      p_bad: 0.1,
      p_fine: 0.2,
      p_good: 0.7,
    });
  });

  it("gives all probabilities in the order of the labels", () => {
    expect(of(single, { all: true }, [0.5, 0.25, 0.25])).toEqual({
      label: "bad",
      confidence: "0.5000",
      p_bad: "0.5000",
      p_fine: "0.2500",
      p_good: "0.2500",
    });
  });

  it("ranks the likeliest from the second on, ties in the order of the labels, and no more than there are", () => {
    expect(of(single, { top: 9 }, [0.25, 0.25, 0.5])).toEqual({
      label: "good",
      confidence: "0.5000",
      label_2: "bad",
      confidence_2: "0.2500",
      label_3: "fine",
      confidence_3: "0.2500",
    });
    expect(rowValues(single, { top: 1 }).columns).toEqual(["label", "confidence"]);
  });

  it("abstains below the confidence that is asked for, not at it, and keeps the ranks", () => {
    expect(of(single, { minConfidence: 0.5 }, [0.5, 0.25, 0.25]).label).toBe("bad");
    expect(of(single, { minConfidence: 0.75, abstainAs: "ask", top: 2 }, [0.5, 0.375, 0.125])).toEqual({
      label: "ask",
      confidence: "0.5000",
      label_2: "fine",
      confidence_2: "0.3750",
    });
    expect(of(single, { minConfidence: 0.75 }, [0.5, 0.375, 0.125]).label).toBe("unknown");
  });

  it("gives a row without a text empty values", () => {
    expect(of(single, { all: true, minConfidence: 1 }, null)).toEqual({
      label: "",
      confidence: "",
      p_bad: "",
      p_fine: "",
      p_good: "",
    });
  });
});

describe("rowValues of several labels a text", () => {
  it("gives the labels, with the confidence of the least sure of them", () => {
    expect(of(multi, {}, [0.5, 0.125, 0.75])).toEqual({ label: ["good", "bad"], confidence: "0.5000" });
  });

  it("is as sure of no label as the likeliest is unlikely", () => {
    expect(of(multi, {}, [0.25, 0.125, 0])).toEqual({ label: [], confidence: "0.7500" });
  });

  it("ranks from the first on, given or not", () => {
    expect(of(multi, { top: 2 }, [0.25, 0.875, 0.375])).toEqual({
      label: ["fine"],
      confidence: "0.8750",
      label_1: "fine",
      confidence_1: "0.8750",
      label_2: "good",
      confidence_2: "0.3750",
    });
  });

  it("abstains when the least sure decision is below the confidence that is asked for", () => {
    expect(of(multi, { minConfidence: 0.7 }, [0.5, 0.125, 0.75]).label).toBe("unknown");
    expect(of(multi, { minConfidence: 0.7 }, [0.25, 0.125, 0]).label).toEqual([]);
  });
});
