import { execFileSync } from "node:child_process";
import { main } from "./headstart.js";

/** Whether tmux is there: .ci/run installs it, and says so where it cannot. */
export const hasTmux = isThere();

function isThere(): boolean {
  try {
    execFileSync("tmux", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The command line in a terminal of its own, driven by real keys. */
export class Terminal {
  readonly #socket: string;

  /** @param size columns and rows */
  constructor(
    args: readonly string[],
    options: { cwd: string; size?: readonly [number, number]; env?: Record<string, string> },
  ) {
    this.#socket = `headstart-test-${process.pid}-${terminals++}`;
    const [columns, rows] = options.size ?? [80, 24];
    const environment = Object.entries({ LC_ALL: "C.UTF-8", CI: "true", ...options.env }).map(
      ([name, value]) => `${name}=${quoted(value)}`,
    );
    const command = `exec env ${environment.join(" ")} ${[process.execPath, main, ...args].map(quoted).join(" ")}`;
    this.#tmux("-f", "/dev/null", "new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "-c", options.cwd, command);
    this.#tmux("set-option", "-g", "remain-on-exit", "on");
  }

  /** The lines that are on the screen. */
  get screen(): string {
    return this.#tmux("capture-pane", "-p");
  }

  /** All that was printed, also above the screen, in lines as they were written. */
  get printed(): string {
    return this.#tmux("capture-pane", "-p", "-J", "-S", "-");
  }

  /** The screen with the escape sequences of colours and weights. */
  get styledScreen(): string {
    return this.#tmux("capture-pane", "-p", "-e");
  }

  /** Names of keys as tmux has them, such as `Enter`, `Space` and `BSpace`. */
  press(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux("send-keys", "-l", text);
  }

  /** Waits until the screen shows something. @returns the screen. @throws Error with the screen when it does not come. */
  async shows(what: string | RegExp): Promise<string> {
    let before = "";
    let isDead = false;
    const deadline = Date.now() + patienceMs;
    for (let screen = this.screen; ; screen = this.screen) {
      const isThere = typeof what === "string" ? screen.includes(what) : what.test(screen);
      if (isThere && screen === before) return screen; // twice the same: it is painted whole
      before = screen;
      if (isDead && !isThere) throw new Error(`ended without showing ${what}:\n${screen}`);
      isDead = this.#isDead;
      if (Date.now() > deadline) throw new Error(`${what} was not shown for ${patienceMs / 1000} s:\n${screen}`);
      await moment();
    }
  }

  /** Waits until the command line has ended. @returns all that it printed. @throws Error with the screen when it goes on. */
  async ends(): Promise<string> {
    const deadline = Date.now() + patienceMs;
    while (!this.#isDead) {
      if (Date.now() > deadline) throw new Error(`did not end for ${patienceMs / 1000} s:\n${this.screen}`);
      await moment();
    }
    return this.printed;
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  get pid(): number {
    return Number(this.#tmux("display-message", "-p", "#{pane_pid}"));
  }

  /** Kills the command line as `kill -9` does, and waits until it is gone. */
  async kill(): Promise<void> {
    process.kill(this.pid, "SIGKILL");
    await this.ends();
  }

  close(): void {
    this.#tmux("kill-server");
  }

  get #isDead(): boolean {
    return this.#tmux("display-message", "-p", "#{pane_dead}").trim() === "1";
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-u", "-L", this.#socket, ...args.map((arg) => arg.replace(/;$/, "\\;"))], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
  }
}

let terminals = 0;
const patienceMs = 60_000;

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
