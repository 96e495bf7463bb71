import { CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exitCodeOf } from "../../src/cli/exit.js";
import { OptionError, UsageError } from "../../src/errors.js";
import { headstart } from "./headstart.js";

describe("exitCodeOf", () => {
  let told: string;
  beforeEach(() => {
    told = "";
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      told += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ["help that was asked for", new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), 0, ""],
    ["an expected failure", new OptionError("C", -1, "a number above 0"), 1, "error: C: found -1, .* \\(OPTION\\)\\n"],
    ["wrong usage", new UsageError("train needs --out"), 2, "error: train needs --out \\(USAGE\\)\\n"],
    ["what commander refused", new CommanderError(1, "commander.unknownOption", "unknown"), 2, ""],
    [
      "a bug",
      new TypeError("x is not a function"),
      70,
      "This is a bug .* report it .*\\nTypeError: x is .*\\n +at [^]*",
    ],
    ["a bug that throws no error", "nonsense", 70, "This is a bug .* report it .*\\nnonsense\\n"],
  ])("of %s", (_, error, code, message) => {
    expect(exitCodeOf(error)).toBe(code);
    expect(told).toMatch(new RegExp(`^${message}$`));
  });
});

/** Runs the command line with something of JavaScript broken, which stands for a bug. */
const broken = (code: string, args: string[]) =>
  headstart(args, { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` } });

describe("a bug", () => {
  it.each([
    ["in a command", 'String.prototype.padEnd = () => { throw new TypeError("broken on purpose") }'],
    ["in a callback", 'setTimeout(() => { throw new TypeError("broken on purpose") }, 300)'],
    ["in a promise that nobody awaits", 'setTimeout(async () => { throw new TypeError("broken on purpose") }, 300)'],
  ])("%s ends with 70 and a request to report it", async (_, code) => {
    const { code: exit, stderr } = await broken(code, ["inspect", "--help"]);
    expect(exit, stderr).toBe(70);
    expect(stderr).toMatch(
      /^This is a bug in headstart\. Please report it with the lines below\.\nTypeError: broken on purpose\n +at /,
    );
  });
});
