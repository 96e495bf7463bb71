import { Argument, Command, Option } from "commander";
import { formats } from "../data/format.js";
import { UsageError } from "../errors.js";
import { auditCommand } from "./audit-program.js";
import { experimentCommands } from "./experiments-program.js";
import { labelCommand } from "./label-program.js";
import { machineCommands } from "./machine-program.js";
import { adaptation, arithmeticOption, integer, positive, probability, recipe } from "./options.js";
import { withQueueOptions, workerCommand } from "./queue-program.js";
import { serveCommand } from "./serve-program.js";
import { packageVersion } from "./version.js";

/** The command line's definition. A command's code is imported when the command runs, so that none loads what only another needs. */
export function createProgram(): Command {
  const program = new Command("headstart")
    .description("A few labels and a pretrained transformer make a text classifier.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError("Type headstart --help, or headstart <command> --help, to see what there is.")
    .addHelpText("after", example("headstart train reviews.csv --out reviews-model"));
  for (const command of [
    trainCommand(),
    predictCommand(),
    evaluateCommand(),
    inspectCommand(),
    serveCommand(),
    workerCommand(),
    auditCommand(),
    labelCommand(),
    ...experimentCommands(),
    ...machineCommands(),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

function formatOption(): Option {
  return new Option("--format <format>", "format of the data, where its name does not tell").choices(formats);
}

function seedOption(): Option {
  return new Option("--seed <n>", "seed of all randomness").argParser(integer(0)).default(42);
}

function withDataOptions(command: Command): Command {
  return command
    .option("--text <column>", "column of the texts (default: found by name)")
    .option("--label <column>", "column of the labels (default: found by name)")
    .addOption(formatOption())
    .option("--skip-empty", "leave out rows with an empty text");
}

function withOutputOptions(command: Command): Command {
  return command.option("--json", "results as JSON").option("-q, --quiet", "no messages but warnings and errors");
}

function trainCommand(): Command {
  const command = new Command("train")
    .description("Train a classifier on labelled texts and write it to a folder.")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped; - is stdin")
    .option("-o, --out <folder>", "folder to write the model to (needed)");
  withDataOptions(command)
    .addOption(new Option("--multi-label", "rows have any number of labels: a|b").conflicts("singleLabel"))
    .option("--single-label", "rows have one label each, which may hold a |")
    .option("--fold-labels", "make labels one that differ in case or space only")
    .option("--drop-rare", "leave out classes with one example")
    .option("--test <file>", "labelled texts to evaluate the model on")
    .option("--encoder <id or folder>", "pretrained encoder (default: the one in the package)");
  trainingOptions(command).addOption(seedOption());
  return withOutputOptions(command)
    .addHelpText("after", example("headstart train reviews.csv --out reviews-model"))
    .action(async (data, options) => (await import("./commands/train.js")).train(data, options));
}

function trainingOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--adapt <layers>", "last layers of the encoder to train: none, auto, all or a number")
        .argParser(adaptation)
        .default("none"),
    )
    .addOption(
      new Option(
        "--recipe <json or file>",
        "how --adapt trains, where not as usual (docs/guides/adaptation.md)",
      ).argParser(recipe),
    )
    .option("--plan", "say how long --adapt would take and what memory, and stop")
    .option("--resume", "go on with an --adapt run of the same data and options that was interrupted")
    .addOption(
      new Option("--checkpoint-every <seconds>", "how often --adapt keeps its state for --resume")
        .argParser(positive)
        .default(20),
    )
    .addOption(new Option("--features <which>", "what of the encoder is used").choices(["auto", "last", "last3"]))
    .addOption(
      new Option(
        "--C <number>",
        "weight of the data against regularization (default: 1, from 300 rows on chosen)",
      ).argParser(positive),
    )
    .addOption(new Option("--class-weight <how>", "weights of the classes").choices(["balanced", "none"]))
    .option("--no-label-names", "learn from the texts alone, not from what the labels are called as well")
    .addOption(new Option("--pooling <how>", "how tokens become one vector").choices(["mean", "cls", "max"]))
    .addOption(new Option("--max-tokens <n>", "cut texts to this many tokens").argParser(integer(4)))
    .addOption(new Option("--dtype <type>", "numbers that the weights are stored in").choices(["int8", "fp32"]))
    .addOption(new Option("--backend <name>", "what computes the training").choices(["auto", "tensorflow", "wasm"]))
    .option("--no-cache", "encode all texts anew, keep nothing for the next run");
}

function predictCommand(): Command {
  const command = new Command("predict")
    .description("Label texts of any number; the columns of the input are kept.")
    .argument("[folder]", "model folder")
    .addArgument(new Argument("[data]", "CSV, TSV, JSON Lines or one text a line; - is stdin").default("-"))
    .option("-o, --out <file>", "file to write (default: stdout); with --queue a folder or s3://bucket/prefix")
    .option("--resume", "go on with an interrupted --out file")
    .option("--text <column>", "column of the texts (default: found by name)")
    .addOption(formatOption())
    .addOption(new Option("--top <k>", "also the k likeliest labels").argParser(integer(1)).conflicts("all"))
    .option("--all", "also the probability of every label")
    .addOption(new Option("--min-confidence <p>", "abstain below this confidence").argParser(probability))
    .addOption(
      new Option(
        "--abstain-as <label>",
        "the label of rows that fit none of the model's, or lie below --min-confidence",
      ),
    )
    .addOption(arithmeticOption())
    .option("--json", "rows as JSON Lines, whatever the input")
    .option("-q, --quiet", "no messages but warnings and errors")
    .addHelpText(
      "after",
      example(
        "headstart predict reviews-model new.csv --out labelled.csv",
        'echo "arrived broken" | headstart predict reviews-model -',
      ),
    );
  return withQueueOptions(command).action(async (folder, data, options) => {
    if (options.status) return (await import("./commands/predict-run.js")).predictStatus(options);
    if (options.join !== undefined) return (await import("./commands/predict-run.js")).predictJoin(options);
    if (folder === undefined) throw new UsageError("predict needs a model folder: headstart predict <folder> [data].");
    if (options.queue !== undefined)
      return (await import("./commands/predict-queue.js")).predictQueue(folder, data, options);
    return (await import("./commands/predict.js")).predict(folder, data, options);
  });
}

function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .description("Score a model on labelled texts.")
    .argument("<folder>", "model folder")
    .argument("<data>", "CSV, TSV or JSON Lines, also gzipped; - is stdin")
    .option("--compare <folder>", "a second model: a paired test on the same rows")
    .option("--report <file.html>", "write a page with pictures")
    .addOption(arithmeticOption());
  return withOutputOptions(withDataOptions(command).addOption(seedOption()))
    .addHelpText("after", example("headstart evaluate reviews-model test.csv --report scores.html"))
    .action(async (folder, data, options) => (await import("./commands/evaluate.js")).evaluate(folder, data, options));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("Show what is in a model folder.")
    .argument("<folder>", "model folder")
    .option("--json", "the manifest as JSON")
    .addHelpText("after", example("headstart inspect reviews-model"))
    .action(async (folder, options) => (await import("./commands/inspect.js")).inspect(folder, options));
}
