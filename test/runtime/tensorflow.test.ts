import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { loadTensorflow, TensorflowMissingError, useBackend } from "../../src/runtime/tensorflow.js";
import { otherNodes, thisNode } from "../nodes.js";

const automatic = await loadTensorflow();
const hasNative = automatic.backend === "tensorflow";

describe("loadTensorflow", () => {
  it("gives the wasm backend when asked, and computes on it", async () => {
    const { tf, backend, description } = await loadTensorflow({ backend: "wasm" });
    expect(backend).toBe("wasm");
    expect(tf.getBackend()).toBe("wasm");
    expect(description).toMatch(/^tfjs \d+\.\d+\.\d+ wasm$/);
    const product = tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync());
    expect([...product]).toEqual([3, 3, 3, 3]);
  });

  it("falls back to wasm and says why, or uses the native library", () => {
    if (hasNative) {
      expect(automatic.fallbackReason).toBeUndefined();
      expect(automatic.description).toMatch(/^tfjs-node \d+\.\d+\.\d+ \(libtensorflow \d+\.\d+/);
    } else {
      expect(automatic.backend).toBe("wasm");
      expect(automatic.fallbackReason).toMatch(/@tensorflow\/tfjs-node is (not installed|installed without)/);
    }
  });

  it("loads once", async () => {
    const [a, b] = await Promise.all([loadTensorflow({ backend: "wasm" }), loadTensorflow({ backend: "wasm" })]);
    expect(a).toBe(b);
  });

  it("refuses an unknown backend", async () => {
    await expect(loadTensorflow({ backend: "webgl" as "wasm" })).rejects.toBeInstanceOf(OptionError);
  });

  it.runIf(!hasNative)("[no native library here] says how to install it when it is asked for", async () => {
    const failure = loadTensorflow({ backend: "tensorflow" });
    await expect(failure).rejects.toBeInstanceOf(TensorflowMissingError);
    await expect(failure).rejects.toThrow(/npm install @tensorflow\/tfjs-node/);
  });

  it.runIf(hasNative)("[native library here] shares one tfjs-core between both backends", async () => {
    const native = await loadTensorflow({ backend: "tensorflow" });
    const wasm = await loadTensorflow({ backend: "wasm" });
    expect(native.tf).toBe(wasm.tf);
    useBackend(native);
    expect(native.tf.getBackend()).toBe("tensorflow");
    const sum = native.tf.tidy(() => native.tf.sum(native.tf.ones([4])).dataSync()[0]);
    expect(sum).toBe(4);
    useBackend(wasm);
    expect(native.tf.getBackend()).toBe("wasm");
  });

  it.each([thisNode, ...otherNodes])(
    "prints nothing and leaves no listener for uncaught errors behind, Node $version",
    ({ path }) => {
      const script = `
      import { loadTensorflow } from ${JSON.stringify(new URL("../../src/runtime/tensorflow.ts", import.meta.url).href)};
      for (const backend of ["auto", "wasm"]) {
        const { tf, backend: loaded } = await loadTensorflow({ backend });
        if (backend === "auto" && loaded !== "${automatic.backend}") throw new Error("auto took " + loaded);
        tf.tidy(() => tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])).dataSync());
      }
      if (process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection") > 0) throw new Error("a listener stayed");
    `;
      const run = spawnSync(path, ["--import", "tsx", "--input-type=module", "-e", script], {
        encoding: "utf8",
      });
      expect({ status: run.status, stdout: run.stdout, stderr: run.stderr }).toEqual({
        status: 0,
        stdout: "",
        stderr: "",
      });
    },
  );
});
