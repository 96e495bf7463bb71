import type { AdaptationRecord } from "../classifier/manifest.js";

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

/** What was adapted and why, in one sentence. */
export function adaptationText({ depth, evidence, request }: AdaptationRecord): string {
  const { comparison, rows, fewestRows } = evidence;
  const what =
    depth === 0 ? "nothing: the frozen encoder is kept" : depth === 1 ? "the last layer" : `the last ${depth} layers`;
  if (!comparison) {
    const why =
      request === "auto"
        ? `${rows} rows are too few to hold any out (${fewestRows} needed): the usual depth`
        : "as told";
    return `${what}; ${why}`;
  }
  const { heldOut, frozen, adapted } = comparison;
  return (
    `${what}; on ${heldOut} rows held out, frozen against adapted (${evidence.depth} layers): ` +
    `accuracy ${percent(frozen.accuracy)} against ${percent(adapted.accuracy)}, ` +
    `log loss ${frozen.logLoss.toFixed(3)} against ${adapted.logLoss.toFixed(3)}`
  );
}
