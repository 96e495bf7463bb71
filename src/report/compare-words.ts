import type { CompareResult } from "../experiments/compare-result.js";
import { drawsWarning, percentWithin } from "./words.js";

/** What readers call the rankings. */
export const metricNames: Record<string, string> = {
  logMe: "LogME",
  hScore: "H-score",
  neighbours: "5 neighbours",
  probeAccuracy: "probe",
  trained: "training",
};

/** The encoder to take and why, in sentences. */
export function recommendationSentences({ encoders, layers, recommendation }: CompareResult): string[] {
  const { best, faster, betterLayer } = recommendation;
  const last = layers.find((one) => one.encoder === best && one.layer === one.layers);
  if (!last) return ["Nothing was measured."];
  const { mean, interval } = last.scores.probeAccuracy;
  const sentences = [`Take ${best}: its probe is the best, ${percentWithin(mean, interval)} by cross-validation.`];
  if (faster) {
    const [quick, slow] = [faster, best].map(
      (name) => encoders.find(({ encoder }) => encoder === name)!.textsPerSecond,
    );
    sentences.push(
      `${faster} is ${(quick / slow).toFixed(1)} times as fast, and on these draws not told apart from it.`,
    );
  }
  const close = encoders.filter(({ encoder, behind }) => encoder !== faster && behind && !isSure(behind));
  if (close.length > 0) {
    sentences.push(`Not told apart from it on these draws: ${close.map(({ encoder }) => encoder).join(", ")}.`);
  }
  if (betterLayer) {
    sentences.push(
      `Layer ${betterLayer} of ${last.layers} does better than the last: try train --features last3 or --adapt.`,
    );
  }
  return sentences;
}

/** Whether chance hardly explains it, by the corrected p value. */
function isSure({ correctedP }: { correctedP: number | null }): boolean {
  return correctedP !== null && correctedP < 0.05;
}

/** What a reader should know before the figures. */
export function compareWarnings({ draws, encoders, testRows, testOrigin }: CompareResult): string[] {
  const trained = encoders.some((one) => one.trained);
  return [
    drawsWarning(draws),
    "Rankings and probes are computed on the rows that the choice is made by: they say which encoder is better, not how good it will be.",
    trained
      ? `Accuracy after training is on ${testOrigin} (${testRows} rows), which took no part in the ranking.`
      : undefined,
  ].filter((text) => text !== undefined);
}

/** "LogME and probe 0.82, …" */
export function agreementSentence({ agreements, trainedAgreements }: CompareResult): string {
  const said = [...agreements, ...trainedAgreements].map(
    ({ a, b, tau }) => `${metricNames[a]} and ${metricNames[b]} ${tau === null ? "–" : tau.toFixed(2)}`,
  );
  return `Agreement of the rankings (Kendall's τ, 1 is the same order): ${said.join(", ")}.`;
}
