import { Argument, Command } from "commander";

/** The commands about the installation. */
export function machineCommands(): Command[] {
  return [doctorCommand(), completionCommand()];
}

function doctorCommand(): Command {
  return new Command("doctor")
    .description("Show versions, backend, cores, memory and cache, and what would make it faster here.")
    .option("--json", "the same as JSON")
    .addHelpText("after", example("headstart doctor"))
    .action(async (options) => (await import("./commands/doctor.js")).doctor(options));
}

function completionCommand(): Command {
  return new Command("completion")
    .description("Print a script by which the shell completes commands and options.")
    .addArgument(new Argument("<shell>", "the shell that is to complete").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      example(
        "source <(headstart completion bash)              # in ~/.bashrc",
        "source <(headstart completion zsh)               # in ~/.zshrc, after compinit",
        "headstart completion fish > ~/.config/fish/completions/headstart.fish",
      ),
    )
    .action(async (shell, _, command: Command) =>
      (await import("./commands/completion.js")).completion(shell, command.parent!),
    );
}

function example(...lines: string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
