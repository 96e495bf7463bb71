import { describe, expect, it } from "vitest";
import * as headstart from "../src/index.js";

describe("the public API", () => {
  it("exports these names and no others", () => {
    expect(Object.keys(headstart).sort()).toMatchInlineSnapshot(`
      [
        "Encoder",
        "HeadstartError",
        "OptionError",
        "OutputError",
        "TextClassifier",
        "UsageError",
        "audit",
        "experimentData",
        "loadDataset",
        "loadTensorflow",
        "planComparison",
        "planCurve",
        "planExtent",
        "planTraining",
        "planTransfer",
        "readSplits",
        "runComparison",
        "runCurve",
        "runExtent",
        "runTransfer",
        "silentLog",
        "stderrLog",
        "transferData",
      ]
    `);
  });

  it("gives a classifier scikit-learn's verbs", () => {
    expect(Object.getOwnPropertyNames(headstart.TextClassifier.prototype).sort()).toMatchInlineSnapshot(`
      [
        "constructor",
        "decide",
        "dispose",
        "evaluate",
        "predict",
        "predictProba",
        "predictScoped",
        "save",
        "scoringInput",
      ]
    `);
    expect(typeof headstart.TextClassifier.fit).toBe("function");
    expect(typeof headstart.TextClassifier.load).toBe("function");
  });
});
