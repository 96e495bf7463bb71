import type { Manifest } from "./manifest.js";

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/** README.md of a model folder: labels with examples, scores, limits, how it was made, a snippet that runs. */
export function modelCard(manifest: Manifest, examples: Record<string, string>): string {
  const { encoder, head, data } = manifest;
  const labels = manifest.labels.map(
    (label) => `| ${cell(label)} | ${data.rowsPerLabel[label] ?? 0} | ${cell(examples[label] ?? "")} |`,
  );
  return `---
library_name: transformers.js
pipeline_tag: text-classification
base_model: ${encoder.name}
---
# Text classifier: ${manifest.labels.slice(0, 6).join(", ")}${manifest.labels.length > 6 ? " …" : ""}

${manifest.task === "multi-label" ? "Any number of labels a text" : "One label a text"}, made by Headstart ${manifest.headstart} from ${data.rows} labelled texts.

\`\`\`js
import { pipeline } from "@huggingface/transformers";
const classify = await pipeline("text-classification", "./this-folder");
console.log(await classify("a text", { top_k: null }));
\`\`\`

| label | rows | example |
|---|---:|---|
${labels.join("\n")}

## Scores

${scoreLines(manifest)}

## How it was made

Encoder ${encoder.name} (${encoder.modelType}, ${encoder.layers} layers, ${adapted(manifest)}), ${encoder.pooling} pooling of ${head.features === "last3" ? "the last three layers" : "the last layer"}, texts cut to ${encoder.maxTokens} tokens; a linear head${manifest.labelNames?.used ? " that learnt from the labels' names too" : ""}, L2 strength C = ${head.C}, temperature ${head.temperature.toFixed(3)} folded into its weights, seed ${manifest.seed}. Data fingerprint ${data.fingerprint.slice(0, 16)}. \`headstart.json\` says the rest.

## Limits

It knows only the labels above${manifest.task === "multi-label" ? "" : " and gives one of them to any text"}. Its scores hold for texts like those it was trained on.
${scopeLine(manifest)}`;
}

function scopeLine({ outOfScope }: Manifest): string {
  if (!outOfScope) return "";
  const { threshold, keeps, rows } = outOfScope;
  return `A text that fits none of them tends to have an \`in_scope\` (second output of the graph) below ${threshold.toFixed(3)}, which ${percent(keeps)} of ${rows} training rows, held out in turn, reach: \`headstart predict --abstain-as unknown\`.\n`;
}

function adapted({ adaptation, encoder }: Manifest): string {
  if (!adaptation?.depth) return "frozen";
  return adaptation.depth === encoder.layers ? "all of them adapted" : `the last ${adaptation.depth} adapted`;
}

function scoreLines({ heldOut }: Manifest): string {
  if (!heldOut) return "None: there were too few rows to hold any out.";
  const { scores } = heldOut;
  const from = `On ${scores.n} rows that took no part in training or choosing (${heldOut.method})`;
  if (scores.kind === "single-label") {
    return `${from}: accuracy ${percent(scores.accuracy)}, macro-F1 ${percent(scores.macroF1)} (always the most frequent label: ${percent(scores.majorityAccuracy)}).`;
  }
  return `${from}: micro-F1 ${percent(scores.microF1)}, macro-F1 ${percent(scores.macroF1)}, all labels right ${percent(scores.subsetAccuracy)}.`;
}

function cell(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}
