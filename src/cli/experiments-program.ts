import { Command, Option } from "commander";
import { formats } from "../data/format.js";
import { curveMethods } from "../experiments/curve-methods.js";
import { integer, layers, names, sizes } from "./options.js";

/** The commands that measure transfer learning on the user's own data. */
export function experimentCommands(): Command[] {
  return [curveCommand()];
}

function curveCommand(): Command {
  const command = new Command("curve")
    .description("Accuracy against labels a class, with transfer and from scratch.")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped");
  withTestOptions(withExperimentOptions(command, 5))
    .addOption(
      new Option("--methods <list>", `ways to train (default: ${curveMethods.join(",")})`).argParser(
        names(curveMethods),
      ),
    )
    .addOption(new Option("--sizes <list>", "labels a class, such as 2,4,8,all").argParser(sizes))
    .addOption(new Option("--splits <file.json...>", "published lists of training rows, in place of --sizes"))
    .option("--independent", "draw every size anew, not the smaller within the larger")
    .addOption(
      new Option("--adapt <layers>", "layers that `adapted` trains: all or a number").argParser(layers).default("all"),
    );
  return command
    .addHelpText("after", example("headstart curve reviews.csv --test test.csv --report curve.html"))
    .action(async (data, options) => (await import("./commands/curve.js")).curve(data, options));
}

/** Options that all experiments have. */
function withExperimentOptions(command: Command, draws: number): Command {
  return command
    .option("-o, --out <folder>", "run folder, gone on with if it is there (default: named after the data)")
    .option("--plan", "list what would be run and how long it takes, and stop")
    .option("--report <file.html>", "write a page with pictures")
    .addOption(new Option("--draws <n>", "draws of training rows").argParser(integer(1)).default(draws))
    .addOption(new Option("--seed <n>", "seed of all randomness").argParser(integer(0)).default(42))
    .option("--text <column>", "column of the texts (default: found by name)")
    .option("--label <column>", "column of the labels (default: found by name)")
    .addOption(new Option("--format <format>", "format of the data, where its name does not tell").choices(formats))
    .option("--skip-empty", "leave out rows with an empty text")
    .option("--encoder <id or folder>", "pretrained encoder (default: the one in the package)")
    .addOption(new Option("--max-tokens <n>", "cut texts to this many tokens").argParser(integer(4)))
    .addOption(new Option("--backend <name>", "what computes the heads").choices(["auto", "tensorflow", "wasm"]))
    .option("--no-cache", "encode all texts anew, keep nothing for the next run")
    .option("--json", "results as JSON")
    .option("-q, --quiet", "no messages but warnings and errors");
}

function withTestOptions(command: Command): Command {
  return command
    .option("--test <file>", "rows to score on (default: a third of the data is held out)")
    .option("--test-rows <file.json>", "of these, only the rows with the numbers listed");
}

function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
