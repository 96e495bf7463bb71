import { Command, Option } from "commander";
import { formats } from "../data/format.js";
import { strategyNames } from "../label/strategies/names.js";
import { integer, probability, share } from "./options.js";

/** The command with which a person labels. */
export function labelCommand(): Command {
  const command = new Command("label")
    .description("Label texts in the terminal, one key a text; a model proposes, and chooses what to ask next.")
    .argument("[data]", "CSV, TSV, JSON Lines or one text a line, also gzipped")
    .option("-o, --out <labelled.csv>", "file for the labelled rows (needed); answers are kept beside it")
    .option("--labels <list or file>", "labels: good,bad or a file of lines; each may be name: description")
    .addOption(new Option("--strategy <name>", "what to ask next").choices(strategyNames).default("auto"))
    .addOption(
      new Option("--propagate [cosine]", "also give near-duplicates the label, not only equal texts")
        .argParser(probability)
        .preset("0.95"),
    )
    .option("--multi-label", "a text has any number of labels");
  return otherWays(command)
    .option("--text <column>", "column of the texts (default: found by name)")
    .option("--label <column>", "column of the labels: read where there is one, and written")
    .addOption(new Option("--format <format>", "format of the data, where its name does not tell").choices(formats))
    .option("--encoder <id or folder>", "pretrained encoder (default: the one in the package)")
    .addOption(new Option("--max-tokens <n>", "cut texts to this many tokens").argParser(integer(4)))
    .option("--no-cache", "encode all texts anew, keep nothing for the next run")
    .addOption(new Option("--seed <n>", "seed of all randomness").argParser(integer(0)).default(42))
    .option("--json", "results as JSON")
    .option("-q, --quiet", "no messages but warnings and errors")
    .addHelpText(
      "after",
      "\nExample:\n  $ headstart label reviews.csv --labels good,bad --out labelled.csv\n" +
        "  $ headstart label reviews.csv --out anna.csv --labels good,bad --share 1/2 --overlap 50\n" +
        "  $ headstart label --merge anna.csv ben.csv --out labelled.csv\n" +
        "  $ headstart label reviews.csv --out labelled.csv --batch 50 > next-50.csv",
    )
    .action(async (data, options) => (await import("./commands/label.js")).label(data, options));
}

function otherWays(command: Command): Command {
  return command
    .addOption(
      new Option("--share <i/n>", "ask only the i-th of n parts of the texts: one person's part").argParser(share),
    )
    .addOption(
      new Option("--overlap <n>", "texts that every part has, to measure agreement").argParser(integer(0)).default(0),
    )
    .option("--all-rows", "write rows without a label too")
    .option("--write", "write --out from the answers that are kept, and ask nothing")
    .addOption(new Option("--batch <n>", "print the next n texts to ask as CSV, and ask nothing").argParser(integer(1)))
    .addOption(new Option("--merge <files...>", "join files that several people labelled; list where they differ"));
}
