import { OptionError } from "../errors.js";
import type { LossWeights } from "./losses.js";
import type { Recipe } from "./recipe.js";

/** What a number of a recipe may be. */
interface Range {
  allowed: string;
  holds(value: number): boolean;
}

const aboveZero: Range = { allowed: "a number above 0", holds: (value) => value > 0 };
const zeroOrMore: Range = { allowed: "a number from 0 on", holds: (value) => value >= 0 };
const share: Range = { allowed: "a number from 0 to 1", holds: (value) => value >= 0 && value <= 1 };
const wholeFrom = (least: number): Range => ({
  allowed: `a whole number from ${least} on`,
  holds: (value) => Number.isInteger(value) && value >= least,
});

const numbers: Record<Exclude<keyof Recipe, "loss">, Range> = {
  learningRate: aboveZero,
  headRate: aboveZero,
  layerDecay: { allowed: "a number above 0, up to 1", holds: (value) => value > 0 && value <= 1 },
  steps: wholeFrom(1),
  batchSize: wholeFrom(2),
  warmUp: share,
  weightDecay: zeroOrMore,
  pull: zeroOrMore,
  blend: share,
  clipNorm: aboveZero,
  unfreeze: share,
};

const losses: Record<keyof LossWeights, Range> = {
  cosinePairs: zeroOrMore,
  ranking: zeroOrMore,
  contrastive: zeroOrMore,
  crossEntropy: zeroOrMore,
};

/** Parts of a recipe that somebody wrote. @throws OptionError for a part that there is not, or a value that is not allowed. */
export function checkRecipe(given: unknown): Partial<Recipe> {
  const { loss, ...rest } = entriesOf("recipe", given);
  check("recipe", rest, numbers, [...Object.keys(numbers), "loss"]);
  if (loss !== undefined) {
    check("recipe loss", entriesOf("recipe loss", loss), losses, Object.keys(losses));
    if (!Object.values(loss as LossWeights).some((weight) => weight > 0)) {
      throw new OptionError("recipe loss", loss, `a weight above 0 for one of ${Object.keys(losses).join(", ")}`);
    }
  }
  return given as Partial<Recipe>;
}

function entriesOf(name: string, given: unknown): Record<string, unknown> {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as Record<string, unknown>;
  throw new OptionError(name, given, "an object");
}

function check(name: string, given: object, ranges: Record<string, Range>, parts: readonly string[]): void {
  for (const [key, value] of Object.entries(given)) {
    const range = Object.hasOwn(ranges, key) ? ranges[key] : undefined;
    if (!range) throw new OptionError(name, key, `some of ${parts.join(", ")}`);
    if (typeof value !== "number" || !range.holds(value)) throw new OptionError(`${name} ${key}`, value, range.allowed);
  }
}
