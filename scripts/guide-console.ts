/** The console sessions in docs/guides: found, run and compared; used by guides.ts and by the test that they are as the text says. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** The guides whose sessions are run. */
export const guides = ["sentiment", "intents", "labelling", "domain-shift", "from-setfit"] as const;

/** A command of a session, and what the guide says that it prints on stdout and stderr. */
export interface Step {
  command: string;
  printed: string;
}

const fence = /^```console\n([\s\S]*?)^```$/gm;

/** The guide's sessions one after the other: `$` starts a command, all up to the next one is printed by it. */
export function stepsOf(guide: string): Step[] {
  return [...guide.matchAll(fence)].flatMap(([, session]) =>
    session
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command, ...printed] = step.split("\n");
        return { command, printed: printed.join("\n").trimEnd() };
      }),
  );
}

/** The guide with what its commands print put in place of what it says. @param printed for each of `stepsOf` */
export function withPrinted(guide: string, printed: readonly string[]): string {
  let at = 0;
  return guide.replace(fence, (_, session: string) => {
    const commands = session
      .split(/^\$ /m)
      .slice(1)
      .map((step) => step.split("\n")[0]);
    const steps = commands.map((command) => [`$ ${command}`, printed[at++]].filter((part) => part !== "").join("\n"));
    return `\`\`\`console\n${steps.join("\n")}\n\`\`\``;
  });
}

/** Prepares an empty folder: the demonstration corpora and the guides lie in it, and `headstart` is the built command line. */
export function prepare(folder: string): void {
  for (const name of ["data", "docs"]) symlinkSync(resolve(name), join(folder, name));
  mkdirSync(join(folder, ".bin"));
  const shim = join(folder, ".bin", "headstart");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${resolve("dist/cli/main.js")}" "$@"\n`);
  chmodSync(shim, 0o755);
}

/** Runs a command in a prepared folder. @throws Error where it fails */
export function run(command: string, folder: string): string {
  const env = {
    ...process.env,
    PATH: `${join(folder, ".bin")}${delimiter}${process.env.PATH}`,
    HEADSTART_CACHE: join(folder, ".cache"),
  };
  const { status, stdout } = spawnSync("bash", ["-c", `exec 2>&1; ${command}`], { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}\nexits with ${status}:\n${stdout}`);
  return stdout.trimEnd();
}

/** Numbers that depend on the machine: times, rates, the backend's and packages' versions. */
const ofMachine = /[\d.,]+ ?(?:ms|s|min|rows\/s|texts\/s)\b|tfjs.*|\d+\.\d+\.\d+/g;
const number = /\d+(?:\.\d+)?/g;

/**
 * Where what is printed differs from what the guide says; undefined where it does not. Words have to be the same. Decimals may differ by
 * `tolerance`, in percent where they stand before a % sign, since processors and TensorFlow's backends add in different orders.
 */
export function difference(said: string, printed: string, tolerance = 0.05): string | undefined {
  const [expected, found] = [said, printed].map((text) => text.replace(ofMachine, "…").split("\n"));
  if (expected.length !== found.length)
    return `${expected.length} lines are said, ${found.length} printed:\n${printed}`;
  for (const [i, line] of expected.entries()) {
    if (words(line) !== words(found[i])) return `said:    ${line}\nprinted: ${found[i]}`;
    const numbers = [line, found[i]].map((text) => [...text.matchAll(number)]);
    const isFar = numbers[0].some(
      (said, n) => !isNear(said[0], numbers[1][n][0], line[said.index + said[0].length], tolerance),
    );
    if (isFar) return `said:    ${line}\nprinted: ${found[i]}`;
  }
  return undefined;
}

function words(line: string): string {
  return line.replace(number, "#").replace(/ +/g, " ");
}

function isNear(said: string, printed: string, unit: string | undefined, tolerance: number): boolean {
  if (!said.includes(".")) return said === printed;
  return Math.abs(Number(said) - Number(printed)) <= tolerance * (unit === "%" || Number(said) > 2 ? 100 : 1);
}
