import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** A file imports only from layers above its own, and from its own folder. */
const layers = [
  ["errors.ts", "folder.ts", "mean.ts", "random.ts", "whole-file.ts"],
  ["log.ts"],
  ["runtime"],
  ["data"],
  ["onnx"],
  ["autodiff"],
  ["encoder"],
  ["head"],
  ["neighbours"],
  ["adapt"],
  ["train"],
  ["evaluate"],
  ["classifier"],
  ["experiments"],
  ["terminal"],
  ["label"],
  ["audit"],
  ["report"],
  ["distribute"],
  ["serve"],
  ["cli", "index.ts"],
];

/** Packages behind one door each. */
const doors: Record<string, RegExp> = {
  "runtime/tensorflow.ts": /^@tensorflow\//,
  "runtime/onnxruntime.ts": /^onnxruntime-/,
  "runtime/transformers.ts": /^@huggingface\//,
  "distribute/queue.ts": /^bullmq$/,
  "distribute/connection.ts": /^ioredis$/,
  "distribute/bucket.ts": /^aws4fetch$/,
};

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => file.split(sep).join("/"));

function layerOf(file: string): number {
  return layers.findIndex((names) => names.includes(file.split("/")[0]));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8");
  const code = text.replace(/`(?:\\.|[^`\\])*`/g, ""); // a template may hold an example
  const statements = code.matchAll(/^(?:import|export)(?: [^;"]*? from)? "([^"]+)";/gm);
  return [...statements, ...text.matchAll(/\bimport\(\s*"([^"]+)"/g)].map(([, name]) => name);
}

describe("architecture", () => {
  it.each(files)("%s imports only from above", (file) => {
    expect(layerOf(file)).toBeGreaterThanOrEqual(0);
    for (const name of importsOf(file).filter((found) => found.startsWith("."))) {
      const target = relative(src, resolve(src, dirname(file), name))
        .split(sep)
        .join("/");
      const sameFolder = target.split("/")[0] === file.split("/")[0];
      if (sameFolder || target.startsWith("..")) continue;
      expect(layerOf(target.replace(/\.js$/, ".ts")), `${file} imports ${name}`).toBeLessThan(layerOf(file));
    }
  });

  it.each(files)("%s reaches heavy packages through their door", (file) => {
    for (const name of importsOf(file)) {
      for (const [door, packages] of Object.entries(doors)) {
        if (packages.test(name) && file !== door) {
          const typeOnly = new RegExp(`import type [^;]*"${name}"`).test(readFileSync(join(src, file), "utf8"));
          expect(typeOnly, `${file} imports ${name}`).toBe(true);
        }
      }
    }
  });

  it.each(files)("%s leaves Ink and React to terminal/", (file) => {
    if (!file.startsWith("terminal/")) expect(importsOf(file).filter((name) => /^(ink|react)$/.test(name))).toEqual([]);
  });

  it.each(files)("%s stays under 300 lines", (file) => {
    expect(readFileSync(join(src, file), "utf8").split("\n").length).toBeLessThanOrEqual(301);
  });

  it.each(files)("%s draws no unseeded randomness", (file) => {
    if (file.startsWith("cli/") || file === "log.ts") return;
    expect(readFileSync(join(src, file), "utf8")).not.toMatch(/Math\.random|Date\.now/);
  });
});
