import type { Command } from "commander";
import { bashCompletion } from "../completion/bash.js";
import { fishCompletion } from "../completion/fish.js";
import { completedCommands } from "../completion/tree.js";
import { zshCompletion } from "../completion/zsh.js";

const writers = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `headstart completion`: prints the script by which a shell completes the commands and options of `program`. */
export function completion(shell: keyof typeof writers, program: Command): void {
  process.stdout.write(writers[shell](program.name(), completedCommands(program)));
}
