import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

describe("the packed tarball", () => {
  it("installs in an empty folder and works, command line and import", { timeout: 400_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "headstart-pack-"));
    const packed = await run(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
    const [{ filename }] = JSON.parse(packed.stdout);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    // Install scripts only fetch what Headstart can do without: this is also tfjs-node without its native library.
    await run(npm, ["install", "--ignore-scripts", `./${filename}`], { cwd: folder });
    const bin = join(folder, "node_modules", ".bin", "headstart");
    const data = resolve("data/reviews/train.csv");
    const env = { ...process.env, HEADSTART_CACHE: join(folder, "cache") };
    await run(bin, ["train", data, "--out", "model", "--C", "1", "--features", "last"], { cwd: folder, env });
    const script = `
      import { TextClassifier } from "headstart";
      const classifier = await TextClassifier.load("model");
      console.log(JSON.stringify(await classifier.predict(["It broke after a day and nobody answers."])));
      await classifier.dispose();`;
    await writeFile(join(folder, "use.js"), script);
    const { stdout } = await run(process.execPath, ["use.js"], { cwd: folder });
    expect(JSON.parse(stdout)[0].label).toBe("negative");
  });
});
