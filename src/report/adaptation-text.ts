import type { AdaptationRecord, Manifest } from "../classifier/manifest.js";
import { counted } from "../data/wording.js";

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

/** What was adapted and why: a sentence, and what was compared where rows were held out. */
export function adaptationText(record: AdaptationRecord, task: Manifest["task"]): string {
  const { stored } = record;
  if (!stored) return reasonText(record, task);
  const cosine = `mean cosine ${stored.meanCosine.toFixed(4)}, ${percent(stored.sameAnswers)} of the answers the same`;
  return `${reasonText(record, task)}\nstored   against float32 weights on ${counted(stored.texts, "text")}: ${cosine}`;
}

function reasonText({ depth, evidence, recipe, request, steps }: AdaptationRecord, task: Manifest["task"]): string {
  const { heldOut, rows, fewestRows, trials } = evidence;
  const comparesBlends = trials.some(({ blend }) => blend !== undefined);
  const taken = comparesBlends ? `, blend ${recipe.blend?.toFixed(2)}` : "";
  const what =
    depth === 0
      ? "nothing: the frozen encoder is kept"
      : `${depth === 1 ? "the last layer" : `the last ${depth} layers`}, ${counted(steps ?? 0, "step")}${taken}`;
  if (trials.length === 0) {
    return request === "auto"
      ? `${what}: ${rows} rows are too few to hold any out and compare (${fewestRows} needed), so the usual way`
      : `${what}, as told`;
  }
  const lines = trials.map(
    (trial) =>
      `${`${trial.depth || "frozen"}`.padStart(10)}  ${`${trial.steps || ""}`.padStart(6)}  ` +
      `${comparesBlends ? `${(trial.blend?.toFixed(2) ?? "").padStart(6)}  ` : ""}` +
      `${percent(trial.accuracy).padStart(8)}  ${trial.logLoss.toFixed(3).padStart(8)}`,
  );
  const fewer = `fewer ${comparesBlends ? "layers" : "steps or layers"} only where it is lower by two standard errors`;
  const each = task === "multi-label" ? ", accuracy of each label by itself" : "";
  const how = `by log loss on ${heldOut} rows held out${each}; ${fewer}`;
  const blends = comparesBlends ? "   blend" : "";
  return `${what} (${how})\n    layers   steps${blends}  accuracy  log loss\n${lines.join("\n")}`;
}
