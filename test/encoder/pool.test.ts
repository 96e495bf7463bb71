import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Encoder } from "../../src/encoder/encoder.js";
import { encoders } from "./oracle.js";

const script = fileURLToPath(new URL("leave-early.mjs", import.meta.url));

describe("a pool of workers", () => {
  it.each([0, 150, 300, 600, 900])("lets the process leave in peace after %i ms", async (delayMs) => {
    const child = spawn(process.execPath, [script, `${encoders}bert`, `${delayMs}`]);
    let told = "";
    child.stderr.on("data", (chunk) => {
      told += chunk;
    });
    const [code, signal] = await once(child, "close");
    expect([code, signal, told]).toEqual([7, null, ""]);
  });

  it("is disposed while it computes: what is under way fails, the process lives", async () => {
    const encoder = await Encoder.open(`${encoders}bert`, { cacheFolder: null, workers: 2 });
    const encoding = encoder.encode(Array.from({ length: 50_000 }, (_, i) => `Number ${i}`));
    const outcome = encoding.then(
      () => "done",
      () => "failed",
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await encoder.dispose();
    expect(await outcome).toBe("failed");
  });
});
