import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headstart } from "../headstart.js";

/** How each shell is started so that it has the script, and a `headstart` that writes down what it is given. */
const shells = {
  bash: {
    start: "bash --rcfile rc.bash -i",
    file: "rc.bash",
    rc: `source script.bash
headstart() { printf '%s\\n' "$@" > given; }
PROMPT_COMMAND='> ready'
`,
  },
  zsh: {
    start: "ZDOTDIR=. zsh -d -i",
    file: ".zshrc",
    rc: `autoload -U compinit; compinit -u -D
source script.zsh
headstart() { print -l -- "$@" > given }
zle-line-init() { > ready }
zle -N zle-line-init
`,
  },
  fish: {
    start: "fish --no-config --init-command 'source rc.fish' -i",
    file: "rc.fish",
    rc: `source script.fish
function headstart; string join -- \\n $argv > given; end
function fish_prompt; touch ready; end
`,
  },
};

type Shell = keyof typeof shells;
const names = Object.keys(shells) as Shell[];
const hasTerminal = spawnSync("script", ["--version"]).status === 0;
const isPresent = (shell: Shell) => hasTerminal && spawnSync(shell, ["--version"]).status === 0;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-completion-"));
  writeFileSync(join(folder, "all rows.csv"), "");
  for (const shell of names) {
    const { code, stdout, stderr } = await headstart(["completion", shell]);
    expect(code, stderr).toBe(0);
    writeFileSync(join(folder, `script.${shell}`), stdout);
    writeFileSync(join(folder, shells[shell].file), shells[shell].rc);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Types a line, Tab and Return in a terminal. @returns the arguments that the completed command line has. */
async function completed(shell: Shell, line: string): Promise<string[]> {
  for (const file of ["ready", "given"]) rmSync(join(folder, file), { force: true });
  const env = { ...process.env, TERM: "xterm", HOME: folder };
  const terminal = spawn("script", ["-qec", shells[shell].start, "/dev/null"], { cwd: folder, env, timeout: 100_000 });
  const closed = once(terminal, "close");
  await appears("ready", terminal);
  terminal.stdin.write(`${line}\t\r`);
  await appears("given", terminal);
  terminal.stdin.end("exit\r");
  await closed;
  return readFileSync(join(folder, "given"), "utf8").trimEnd().split("\n");
}

async function appears(file: string, terminal: ChildProcess): Promise<void> {
  while (!existsSync(join(folder, file))) {
    if (terminal.exitCode !== null || terminal.signalCode !== null)
      throw new Error(`the shell ended before it wrote ${file}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.each(names)("headstart completion %s", (shell) => {
  const title = (sentence: string) =>
    isPresent(shell) ? sentence : `[${shell} or script is not installed] ${sentence}`;

  it.runIf(isPresent(shell))(title("completes commands, options, their values and files"), async () => {
    expect(await completed(shell, "headstart eval")).toEqual(["evaluate"]);
    expect(await completed(shell, "headstart train --dty")).toEqual(["train", "--dtype"]);
    expect(await completed(shell, "headstart train --dtype f")).toEqual(["train", "--dtype", "fp32"]);
    expect(await completed(shell, "headstart predict model al")).toEqual(["predict", "model", "all rows.csv"]);
    expect(await completed(shell, "headstart train --out al")).toEqual(["train", "--out", "all rows.csv"]);
    expect(await completed(shell, "headstart train --seed al")).toEqual(["train", "--seed", "al"]);
    expect(await completed(shell, "headstart completion f")).toEqual(["completion", "fish"]);
    expect(await completed(shell, "headstart completion x")).toEqual(["completion", "x"]);
  });
});

describe("headstart completion", () => {
  it("knows no other shells", async () => {
    const { code, stderr } = await headstart(["completion", "tcsh"]);
    expect(code).toBe(2);
    expect(stderr).toContain("bash, zsh, fish");
  });
});
