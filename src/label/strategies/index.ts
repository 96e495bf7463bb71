import type { Random } from "../../random.js";
import { badge } from "./badge.js";
import type { StrategyName } from "./names.js";
import type { Situation, Strategy } from "./situation.js";
import { spread } from "./spread.js";
import { typical } from "./typical.js";
import { entropy, margin } from "./uncertainty.js";

export { type StrategyName, strategyNames } from "./names.js";
export type { Situation, Strategy } from "./situation.js";

const random: Strategy = ({ candidates }, count, stream) => stream.shuffle(candidates.slice()).slice(0, count);

/** The default, chosen by measurement (docs/decisions/0007): typical texts first, then the least certain ones, spread. */
const auto: Strategy = (situation, count, stream) =>
  (isBeginning(situation) ? typical : spread)(situation, count, stream);

const strategies: Record<StrategyName, Strategy> = { auto, margin, entropy, badge, typical, random };

/** Answers before a model's doubts are worth more than an overview: so many, or one for each label where there are more. */
const FEWEST_ANSWERS = 10;

/** The next `count` rows to ask by a strategy; those that ask a model begin with random rows where there is none. */
export function nextRows(name: StrategyName, situation: Situation, count: number, stream: Random): Int32Array {
  const needsModel = name === "margin" || name === "entropy" || name === "badge" || name === "auto";
  const strategy = needsModel && !situation.probabilities && name !== "auto" ? random : strategies[name];
  return strategy(situation, count, stream);
}

function isBeginning({ answered, classes, probabilities }: Situation): boolean {
  return !probabilities || answered.length < Math.max(FEWEST_ANSWERS, classes);
}
