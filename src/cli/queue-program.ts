import { Command, Option } from "commander";
import { arithmeticOption, integer } from "./options.js";

const queueFlag = "--queue <redis-url>";

/** The options by which `predict` goes beyond one machine. */
export function withQueueOptions(predict: Command): Command {
  return predict
    .option(queueFlag, "leave the work to workers: split the data into shards, into --out")
    .addOption(
      new Option("--ahead <n>", "shards that may wait in the queue at a time").argParser(integer(1)).default(1000),
    )
    .addOption(new Option("--status", "say how far the run in --out is").conflicts(["resume", "join"]))
    .addOption(new Option("--join <file>", "one file of the run in --out; - is stdout").conflicts("resume"));
}

/** `headstart worker`. */
export function workerCommand(): Command {
  return new Command("worker")
    .description("Label shards that predict --queue has split, on any number of hosts.")
    .argument("<folder>", "model folder, the same as that of predict")
    .requiredOption(queueFlag, "Redis or Valkey, as predict --queue has it")
    .option(
      "-o, --out <place>",
      "the folder or s3://bucket/prefix of the shards, where this host knows it by another name",
    )
    .addOption(new Option("--concurrency <n>", "shards under way at a time").argParser(integer(1)).default(2))
    .addOption(
      new Option("--stalled-after <s>", "seconds without a sign of life until others get a worker's shards")
        .argParser(integer(1))
        .default(30),
    )
    .addOption(
      new Option("--until-idle <s>", "end when none was taken for so many seconds and none waits").argParser(
        integer(1),
      ),
    )
    .addOption(arithmeticOption())
    .option("-q, --quiet", "no messages but warnings and errors")
    .addHelpText("after", "\nExample:\n  $ headstart worker reviews-model --queue redis://queue-host:6379")
    .action(async (folder, options) => (await import("./commands/worker.js")).worker(folder, options));
}
