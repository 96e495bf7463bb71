import { Command, Option } from "commander";
import { formats } from "../data/format.js";
import { integer, probability } from "./options.js";

/** `headstart audit`: what to look at again in a file of labelled texts. */
export function auditCommand(): Command {
  return new Command("audit")
    .description("Find wrong labels, repeats, contradictions, outliers and leaks in labelled texts.")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped; - is stdin")
    .option("-o, --out <file.csv>", "write all findings, ranked, with reason and suggested label")
    .option("--fix <file>", "ask for the labels of doubtful rows in the terminal, and write the data anew to this file")
    .option("--report <file.html>", "write a page with examples")
    .option("--against <file>", "rows that must not stand in the data as well, such as the test set")
    .addOption(
      new Option("--near <cosine>", "similarity from which texts are near-duplicates")
        .argParser(probability)
        .default(0.98),
    )
    .addOption(new Option("--show <n>", "findings of each kind to print").argParser(integer(0)).default(5))
    .option("--text <column>", "column of the texts (default: found by name)")
    .option("--label <column>", "column of the labels (default: found by name)")
    .addOption(new Option("--format <format>", "format of the data, where its name does not tell").choices(formats))
    .addOption(new Option("--multi-label", "rows have any number of labels: a|b").conflicts("singleLabel"))
    .option("--single-label", "rows have one label each, which may hold a |")
    .option("--fold-labels", "make labels one that differ in case or space only")
    .option("--drop-rare", "leave out classes with one example")
    .option("--encoder <id or folder>", "pretrained encoder (default: the one in the package)")
    .addOption(new Option("--max-tokens <n>", "cut texts to this many tokens").argParser(integer(4)))
    .addOption(new Option("--folds <n>", "folds of the cross-validation").argParser(integer(2)).default(5))
    .addOption(new Option("--backend <name>", "what computes the heads").choices(["auto", "tensorflow", "wasm"]))
    .option("--no-cache", "encode all texts anew, keep nothing for the next run")
    .addOption(new Option("--seed <n>", "seed of all randomness").argParser(integer(0)).default(42))
    .option("--json", "results as JSON")
    .option("-q, --quiet", "no messages but warnings and errors")
    .addHelpText(
      "after",
      "\nExample:\n  $ headstart audit reviews.csv --out look-at.csv --report audit.html\n" +
        "  $ headstart audit train.csv --against test.csv",
    )
    .action(async (data, options) => (await import("./commands/audit.js")).audit(data, options));
}
