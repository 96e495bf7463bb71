import type { CompletedCommand, CompletedOption, Values } from "./tree.js";

/** A completion script for fish. */
export function fishCompletion(program: string, commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap((command) => commandLines(program, command));
  return `# fish completion for ${program}\ncomplete -c ${program} -f\n${lines.join("\n")}\n`;
}

function commandLines(program: string, { name, description, options, arguments: given }: CompletedCommand): string[] {
  const within = `complete -c ${program} -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  const lines = [`complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`];
  for (const option of options) lines.push(`${within} ${optionWords(option)}`);
  if (given.some(({ values }) => values === "files")) lines.push(`${within} -F`);
  for (const { values } of given) if (Array.isArray(values)) lines.push(`${within} -a ${quoted(values.join(" "))}`);
  return lines;
}

function optionWords({ flags, description, values }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, ...valueWords(values), `-d ${quoted(description)}`].join(" ");
}

function valueWords(values: Values | undefined): string[] {
  if (values === undefined) return [];
  if (values === "files") return ["-r", "-F"];
  return values === "none" ? ["-x"] : ["-x", `-a ${quoted(values.join(" "))}`];
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
