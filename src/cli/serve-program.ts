import { Command, Option } from "commander";
import { formats } from "../data/format.js";
import { arithmeticOption, integer, port, positive } from "./options.js";

/** The command that answers over HTTP. */
export function serveCommand(): Command {
  const command = new Command("serve")
    .description("Answer over HTTP with one or more models, and a page to try them.")
    .argument("<folder...>", "model folders; name=folder gives a name other than the folder's own")
    .addOption(new Option("--host <address>", "address to listen at; 0.0.0.0 is all of them").default("127.0.0.1"))
    .addOption(new Option("-p, --port <n>", "port to listen at; 0 is any").argParser(port).default(8080))
    .option("--token <secret>", "ask for it in the header Authorization: Bearer (or set HEADSTART_TOKEN)");
  return exampleOptions(limitOptions(command))
    .option("--json", "what is served as JSON")
    .option("-q, --quiet", "no messages but warnings and errors")
    .addHelpText(
      "after",
      `
Example:
  $ headstart serve reviews-model --examples reviews.csv
  $ curl -s localhost:8080/predict -H 'content-type: application/json' -d '{"text": "arrived broken"}'`,
    )
    .action(async (folders, options) => (await import("./commands/serve.js")).serve(folders, options));
}

function exampleOptions(command: Command): Command {
  return command
    .option("--examples <file...>", "labelled texts to show neighbours from; name=file where there are several models")
    .option("--text <column>", "their column of the texts (default: found by name)")
    .option("--label <column>", "their column of the labels (default: found by name)")
    .addOption(new Option("--format <format>", "their format, where the name does not tell").choices(formats))
    .option("--no-cache", "encode the examples anew at each start");
}

function limitOptions(command: Command): Command {
  const number = (flags: string, description: string, least: number, byDefault?: number) =>
    new Option(flags, description).argParser(integer(least)).default(byDefault);
  return command
    .addOption(number("--max-batch <n>", "texts computed at a time by one worker", 1, 64))
    .addOption(number("--max-wait-ms <n>", "the longest that a text waits for others", 0, 2))
    .addOption(number("--max-queue <n>", "texts that may wait before requests are refused (429)", 1, 5000))
    .addOption(number("--max-chars <n>", "characters of one text", 1, 10_000))
    .addOption(new Option("--max-body-mb <n>", "megabytes of one request").argParser(positive).default(2))
    .addOption(number("--timeout-ms <n>", "for a request to arrive, and again for its answer", 100, 30_000))
    .addOption(number("--drain-ms <n>", "connections are still taken for so long after SIGTERM", 0, 300))
    .addOption(number("--workers <n>", "threads that compute (default: all cores)", 1))
    .addOption(arithmeticOption());
}
