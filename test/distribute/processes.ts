import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { main } from "../cli/headstart.js";

/** A command that runs beside the test. */
export class Running {
  stderr = "";
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;

  /** @param onLine called with each line on stderr. @param env added to the environment of the tests */
  constructor(args: string[], cwd: string, onLine: (line: string) => void = () => {}, env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let rest = "";
    this.#process.stderr!.on("data", (chunk) => {
      this.stderr += chunk;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) onLine(line);
    });
    this.ended = once(this.#process, "close").then(([code]) => code);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves when a line on stderr holds the words. @throws Error where the command ends before */
  async says(words: string): Promise<void> {
    while (!this.stderr.includes(words)) {
      if (this.#process.exitCode !== null) throw new Error(`ended without "${words}": ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
