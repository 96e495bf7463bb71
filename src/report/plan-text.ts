import type { TrainingPlan } from "../classifier/plan.js";
import { counted } from "../data/wording.js";

/** A plan in a few lines. */
export function planText({ rows, classes, depth, layers, adaptations, cost }: TrainingPlan): string {
  const data = `data     ${counted(rows, "row")}, ${counted(classes, "class", "classes")}`;
  if (!cost)
    return `${data}\nplan     the encoder stays frozen (--adapt none): its texts are encoded once, then a head is fitted`;
  const first = counted(adaptations - 1, "time");
  const more = adaptations > 1 ? `, and ${first} before without some of the rows, to compare on them` : "";
  return [
    data,
    `plan     the last ${depth} of ${layers} layers, ${(cost.parameters / 1e6).toFixed(1)} million weights, ${counted(cost.steps, "step")}${more}`,
    `time     about ${duration(cost.seconds)} on this machine`,
    `memory   about ${(cost.peakBytes / 2 ** 30).toFixed(1)} GB`,
  ].join("\n");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
