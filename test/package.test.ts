import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NodeBinary, otherNodes, thisNode } from "./nodes.js";

const run = promisify(execFile);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
let folder: string;

/** Installs the packed tarball in an empty folder. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headstart-pack-"));
  const packed = await run(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
  const [{ filename }] = JSON.parse(packed.stdout);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  // Install scripts only fetch what Headstart can do without: this is also tfjs-node without its native library.
  await run(npm, ["install", "--ignore-scripts", `./${filename}`], { cwd: folder });
}, 400_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the packed tarball", () => {
  async function works({ path, version }: NodeBinary): Promise<void> {
    const model = `model-${version}`;
    const env = { ...process.env, HEADSTART_CACHE: join(folder, `cache-${version}`) };
    const bin = join(folder, "node_modules", "headstart", "dist", "cli", "main.js");
    const data = resolve("data/reviews/train.csv");
    const args = [bin, "train", data, "--out", model, "--C", "1", "--features", "last"];
    const trained = await run(path, args, { cwd: folder, env });
    expect(trained.stderr).not.toMatch(/deprecat|experimental/i);
    const manifest = JSON.parse(await readFile(join(folder, model, "headstart.json"), "utf8"));
    expect(manifest.versions.node).toBe(version.slice(1));
    const script = `
      import { TextClassifier } from "headstart";
      const classifier = await TextClassifier.load("${model}");
      console.log(JSON.stringify(await classifier.predict(["It broke after a day and nobody answers."])));
      await classifier.dispose();`;
    await writeFile(join(folder, "use.js"), script);
    const { stdout } = await run(path, ["use.js"], { cwd: folder });
    expect(JSON.parse(stdout)[0].label).toBe("negative");
  }

  it("works with this Node, command line and import", () => works(thisNode));

  const none = otherNodes.length === 0;
  it.skipIf(none)(`${none ? "[HEADSTART_NODES lists none] " : ""}works with other versions of Node`, async () => {
    for (const node of otherNodes) await works(node);
  });
});
