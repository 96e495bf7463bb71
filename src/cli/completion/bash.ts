import type { CompletedCommand, Values } from "./tree.js";

/** A completion script for bash 3.2 and newer. Where it offers no words, bash completes names of files. */
export function bashCompletion(program: string, commands: readonly CompletedCommand[]): string {
  return `# bash completion for ${program}
_${program}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=""
  [[ $before == "=" ]] && before=\${COMP_WORDS[COMP_CWORD-2]}
  if [[ $COMP_CWORD -eq 1 ]]; then
    words="${commands.map(({ name }) => name).join(" ")} --help --version"
    compopt +o default 2>/dev/null
  else
    case "\${COMP_WORDS[1]} $before" in
${commands.flatMap(valueCases).join("\n")}
      *)
        if [[ $word == -* ]]; then
          case \${COMP_WORDS[1]} in
${commands.map(optionCase).join("\n")}
          esac
${commands.flatMap(argumentCases).join("\n")}
        fi
        ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _${program} ${program}
`;
}

/** Values are words, files, which bash completes itself, or nothing that could be offered. */
function valueCases({ name, options }: CompletedCommand): string[] {
  const cases = new Map<string, string[]>();
  for (const { flags, values } of options) {
    if (values === undefined) continue;
    const offer = offered(values);
    cases.set(offer, [...(cases.get(offer) ?? []), ...flags.map((flag) => `"${name} ${flag}"`)]);
  }
  return [...cases].map(([offer, patterns]) => `      ${patterns.join(" | ")}) ${offer};;`);
}

function offered(values: Values): string {
  if (values === "files") return "";
  return values === "none" ? "compopt +o default 2>/dev/null " : `words="${values.join(" ")}" `;
}

function optionCase({ name, options }: CompletedCommand): string {
  const flags = options.map((option) => option.flags[0]);
  return `            ${name}) words="${flags.join(" ")}" ;;`;
}

/** Commands whose first argument is one of some words. */
function argumentCases({ name, arguments: given }: CompletedCommand): string[] {
  const values = given[0]?.values;
  if (!Array.isArray(values)) return [];
  return [
    `        elif [[ $COMP_CWORD -eq 2 && \${COMP_WORDS[1]} == ${name} ]]; then`,
    `          words="${values.join(" ")}"`,
    "          compopt +o default 2>/dev/null",
  ];
}
