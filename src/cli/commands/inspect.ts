import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { TextClassifier } from "../../classifier/classifier.js";
import type { Manifest } from "../../classifier/manifest.js";
import { counted, listed } from "../../data/wording.js";
import { labelNamesText } from "../../report/label-names-text.js";
import { scoresText } from "../../report/scores-text.js";
import { print, printJson, sizeText, table } from "../print.js";

/** `headstart inspect`. @throws the errors of loading */
export async function inspect(folder: string, options: { json?: boolean }): Promise<void> {
  const classifier = await TextClassifier.load(folder, { workers: 1 });
  const { manifest } = classifier;
  await classifier.dispose();
  const files = await filesOf(folder);
  if (options.json) return printJson({ ...manifest, files: Object.fromEntries(files) });
  print(table(factsOf(folder, manifest)));
  if (manifest.heldOut) {
    print(`\nscores on rows held out of training (${manifest.heldOut.method}):`);
    print(scoresText(manifest.heldOut.scores).trimEnd());
  }
  print(`\n${table(files.map(([name, bytes]) => [name, sizeText(bytes)]))}`);
}

function factsOf(folder: string, manifest: Manifest): [string, string][] {
  const { encoder, head, data, labels } = manifest;
  const rows = Object.entries(data.rowsPerLabel).map(([label, count]) => `${label} (${count})`);
  return [
    ["model", folder],
    ["task", `${manifest.task}, ${counted(labels.length, "label")}: ${listed(rows, 20)}`],
    [
      "encoder",
      `${encoder.name} (${encoder.modelType}, ${encoder.layers} layers of ${encoder.hiddenSize}, ${encoder.dtype})`,
    ],
    ["texts", `up to ${encoder.maxTokens} tokens, ${encoder.pooling} pooling`],
    [
      "head",
      `${head.features} features (${head.featureSize}), C ${head.C}, temperature ${head.temperature.toFixed(3)}, class weight ${head.classWeight}`,
    ],
    ["label names", labelNamesText(manifest.labelNames)],
    ["out of scope", scopeText(manifest)],
    ["trained on", `${data.name}, ${counted(data.rows, "row")}, sha256 ${data.fingerprint.slice(0, 16)}`],
    ["seed", String(manifest.seed)],
    ["backend", manifest.backend],
    ["made", `${manifest.createdAt ?? "at an unknown time"} by headstart ${manifest.headstart}`],
    ["command", manifest.command ?? "unknown"],
    [
      "versions",
      Object.entries(manifest.versions)
        .map((pair) => pair.join(" "))
        .join(", "),
    ],
  ];
}

function scopeText({ outOfScope, task }: Manifest): string {
  if (!outOfScope) return task === "multi-label" ? "texts that fit no label get none" : "no threshold in this folder";
  const { score, threshold, keeps, rows } = outOfScope;
  return `${score} below ${threshold.toFixed(3)}, which ${Math.round(100 * keeps)}% of ${counted(rows, "training row")} reach`;
}

async function filesOf(folder: string): Promise<[string, number][]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const files: [string, number][] = [];
  for (const name of names) {
    const found = await stat(join(folder, name));
    if (found.isFile()) files.push([name, found.size]);
  }
  return files;
}
