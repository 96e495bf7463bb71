import { Command, Option } from "commander";
import { formats } from "../data/format.js";
import { curveMethods } from "../experiments/curve-methods.js";
import { transferMethods } from "../experiments/transfer-kinds.js";
import { depths, integer, layers, names, sizes } from "./options.js";

/** The commands that measure transfer learning on the user's own data. */
export function experimentCommands(): Command[] {
  return [curveCommand(), compareCommand(), extentCommand(), transferCommand()];
}

function curveCommand(): Command {
  const command = new Command("curve")
    .description("Accuracy against labels a class, with transfer and from scratch.")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped");
  withEncoderOption(withTestOptions(withExperimentOptions(command)))
    .addOption(
      new Option("--methods <list>", `ways to train (default: ${curveMethods.join(",")})`).argParser(
        names(curveMethods),
      ),
    )
    .addOption(new Option("--sizes <list>", "labels a class, such as 2,4,8,all").argParser(sizes))
    .addOption(splitsOption("training rows", "sizes"))
    .option("--independent", "draw every size anew, not the smaller within the larger")
    .addOption(
      new Option("--adapt <layers>", "layers that `adapted` trains: all or a number").argParser(layers).default("all"),
    );
  return command
    .addHelpText("after", example("headstart curve reviews.csv --test test.csv --report curve.html"))
    .action(async (data, options) => (await import("./commands/curve.js")).curve(data, options));
}

function compareCommand(): Command {
  const command = new Command("compare")
    .description("Rank pretrained encoders and their layers on your data, before any training and after.")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped");
  withTestOptions(withExperimentOptions(command))
    .option("--encoders <id or folder...>", "encoders to rank (default: the one in the package)")
    .addOption(new Option("--rows <n>", "rows of a draw").argParser(integer(20)).default(400))
    .addOption(splitsOption("rows to rank and train on", "rows"))
    .option("--train", "also train each encoder, and score it on the test rows")
    .addOption(
      new Option("--adapt <layers>", "layers that --train trains: all or a number").argParser(layers).default("all"),
    );
  return command
    .addHelpText(
      "after",
      example("headstart compare reviews.csv --encoders headstart-mini ./bge-small --report compare.html"),
    )
    .action(async (data, options) => (await import("./commands/compare.js")).compare(data, options));
}

function extentCommand(): Command {
  const command = new Command("extent")
    .description("How many layers to train: what each brings, when it overfits, what it forgets.")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped");
  withEncoderOption(withTestOptions(withExperimentOptions(command)))
    .addOption(new Option("--shots <n>", "labels a class, or all").argParser((value) => sizes(value)[0]).default(8))
    .addOption(splitsOption("training rows", "shots"))
    .addOption(new Option("--depths <list>", "layers to train, such as 0,1,3 (default: none to all)").argParser(depths))
    .option("--unrelated <file>", "labelled texts of another task (default: a corpus in the package)");
  return command
    .addHelpText("after", example("headstart extent reviews.csv --shots 16 --report extent.html"))
    .action(async (data, options) => (await import("./commands/extent.js")).extent(data, options));
}

function transferCommand(): Command {
  const command = new Command("transfer")
    .description("From a labelled domain to another: with and without adaptation to unlabelled target texts.")
    .argument("<source>", "labelled rows of the domain to learn from")
    .argument("<target>", "rows of the other domain; their labels are used by the rows that say so alone");
  withEncoderOption(withExperimentOptions(command))
    .option("--test <file>", "labelled target rows to score on (default: a third of the target is held out)")
    .option("--test-rows <file.json>", "of these, only the rows with the numbers listed")
    .option("--unlabelled", "the target has no labels; needs --test")
    .addOption(
      new Option("--methods <list>", `ways to adapt (default: ${transferMethods.join(",")})`).argParser(
        names(transferMethods),
      ),
    )
    .addOption(new Option("--shots <n>", "source labels a class").argParser((value) => sizes(value)[0]).default("all"))
    .addOption(splitsOption("source rows", "shots"))
    .addOption(new Option("--few <n>", "target labels a class of `few target labels`").argParser(integer(1)).default(8))
    .addOption(new Option("--target-rows <n>", "target texts of a draw").argParser(integer(10)).default(1000))
    .addOption(
      new Option("--adapt <layers>", "layers that are trained: all or a number").argParser(layers).default("all"),
    );
  return command
    .addHelpText("after", example("headstart transfer books.csv kitchen.csv --draws 3 --report transfer.html"))
    .action(async (source, target, options) =>
      (await import("./commands/transfer.js")).transfer(source, target, options),
    );
}

/** Options that all experiments have. */
function withExperimentOptions(command: Command): Command {
  return command
    .option("-o, --out <folder>", "run folder, gone on with if it is there (default: named after the data)")
    .option("--plan", "list what would be run and how long it takes, and stop")
    .option("--report <file.html>", "write a page with pictures")
    .addOption(
      new Option("--draws <n>", "draws of training rows; more than a run has are added")
        .argParser(integer(1))
        .default(5),
    )
    .addOption(new Option("--seed <n>", "seed of all randomness").argParser(integer(0)).default(42))
    .option("--text <column>", "column of the texts (default: found by name)")
    .option("--label <column>", "column of the labels (default: found by name)")
    .addOption(new Option("--format <format>", "format of the data, where its name does not tell").choices(formats))
    .option("--skip-empty", "leave out rows with an empty text")
    .addOption(new Option("--max-tokens <n>", "cut texts to this many tokens").argParser(integer(4)))
    .addOption(new Option("--backend <name>", "what computes the heads").choices(["auto", "tensorflow", "wasm"]))
    .option("--no-cache", "encode all texts anew, keep nothing for the next run")
    .option("--json", "results as JSON")
    .option("-q, --quiet", "no messages but warnings and errors");
}

/** @param inPlaceOf an option that says how many rows are drawn */
function splitsOption(rows: string, inPlaceOf: string): Option {
  const description = `published lists of ${rows}, one a draw, in place of --${inPlaceOf}`;
  return new Option("--splits <file.json...>", description).conflicts(inPlaceOf);
}

function withEncoderOption(command: Command): Command {
  return command.option("--encoder <id or folder>", "pretrained encoder (default: the one in the package)");
}

function withTestOptions(command: Command): Command {
  return command
    .option("--test <file>", "rows to score on (default: a third of the data is held out)")
    .option("--test-rows <file.json>", "of these, only the rows with the numbers listed");
}

function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
