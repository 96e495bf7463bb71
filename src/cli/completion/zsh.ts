import type { CompletedCommand, CompletedOption, Values } from "./tree.js";

/** A completion script for zsh: to be sourced, or kept as a file `_<program>` in a folder of `fpath`. */
export function zshCompletion(program: string, commands: readonly CompletedCommand[]): string {
  return `#compdef ${program}
# zsh completion for ${program}
_${program}() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${commands.map(commandCase).join("\n")}
  esac
}
if [[ $funcstack[1] == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function commandCase({ name, options, arguments: given }: CompletedCommand): string {
  const specs = [
    ...options.map(optionSpec),
    ...given.map((argument, i) =>
      quoted(`${argument.variadic ? "*" : i + 1}:${escaped(argument.name)}:${action(argument.values)}`),
    ),
  ];
  return `    ${name})\n      _arguments ${specs.join(" \\\n        ")}\n      ;;`;
}

/** As `_arguments` takes it: `(-o --out){-o,--out}[what it is]:value:_files`. */
function optionSpec({ flags, description, values }: CompletedOption): string {
  const told = `[${description.replace(/[[\]\\]/g, "\\$&")}]`;
  const value = values === undefined ? "" : `:value:${action(values)}`;
  if (flags.length === 1) return quoted(`${flags[0]}${told}${value}`);
  return `${quoted(`(${flags.join(" ")})`)}{${flags.join(",")}}${quoted(`${told}${value}`)}`;
}

function action(values: Values): string {
  if (values === "files") return "_files";
  return values === "none" ? " " : `(${values.join(" ")})`;
}

function escaped(text: string): string {
  return text.replaceAll(":", "\\:");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
