#!/usr/bin/env node
import { OutputError } from "../errors.js";
import { exitCodeOf } from "./exit.js";
import { createProgram } from "./program.js";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // EPIPE: the reader, such as `head`, has seen enough.
  process.exit(error.code === "EPIPE" ? 0 : exitCodeOf(new OutputError("stdout", error)));
});

process.stderr.on("error", () => {}); // nobody reads the messages, as in `2>&1 | head`; the work goes on

// What is thrown in a callback, or in a promise that nobody awaits, passes by the lines below.
process.on("uncaughtException", (error) => process.exit(exitCodeOf(error)));

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
