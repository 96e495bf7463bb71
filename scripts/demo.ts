/** The whole way in a minute, as a user types it: train on the intents, evaluate, predict three sentences. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const model = "demo-model";
const sentences = [
  "Where is my parcel? It should have been here on Monday.",
  "The lid was cracked when I opened the box.",
  "Please do not send it, I changed my mind.",
];

run(["train", "data/intents/train.csv", "--out", model]);
run(["evaluate", model, "data/intents/test.csv"]);
run(["predict", model, "-"], `${sentences.join("\n")}\n`);
console.log(`\nThe model is in ${root}${model}: try it with`);
console.log(`  echo "your own sentence" | npx headstart predict ${model} -`);

function run(args: string[], input?: string): void {
  const line = `npx headstart ${args.join(" ")}`;
  const words = sentences.map((sentence) => `"${sentence}"`).join(" ");
  console.log(`\n$ ${input === undefined ? line : `printf '%s\\n' ${words} | ${line}`}`);
  const { status } = spawnSync(process.execPath, [main, ...args], {
    cwd: root,
    input,
    stdio: [input === undefined ? "inherit" : "pipe", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}
