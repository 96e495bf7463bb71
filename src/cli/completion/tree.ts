import type { Argument, Command, Option } from "commander";

/** What a shell can offer for a value: some words, the names of files, or nothing. */
export type Values = readonly string[] | "files" | "none";

export interface CompletedOption {
  /** With their dashes, the long one first: `--out`, `-o`. */
  flags: readonly string[];
  description: string;
  /** Undefined where the option takes no value. */
  values?: Values;
}

export interface CompletedCommand {
  name: string;
  description: string;
  options: readonly CompletedOption[];
  arguments: readonly { name: string; values: Values; variadic: boolean }[];
}

/** The commands of a program as completion sees them. */
export function completedCommands(program: Command): CompletedCommand[] {
  return program.createHelp().visibleCommands(program).map(completedCommand);
}

function completedCommand(command: Command): CompletedCommand {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(completedOption),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      values: valuesOf(argument, argument.name()),
      variadic: argument.variadic,
    })),
  };
}

function completedOption(option: Option): CompletedOption {
  const flags = [option.long, option.short].filter((flag) => flag !== undefined && flag !== null);
  const takesValue = option.required || option.optional;
  const name = /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? "";
  return { flags, description: option.description, ...(takesValue && { values: valuesOf(option, name) }) };
}

/** Without a list of choices the name in angle brackets tells: `<file.html>` and `<id or folder>` are files, `<n>` is not. */
function valuesOf({ argChoices }: Pick<Argument | Option, "argChoices">, name: string): Values {
  if (argChoices) return argChoices;
  return /\b(file|folder|data|source|target|model)s?\b/.test(name) ? "files" : "none";
}
