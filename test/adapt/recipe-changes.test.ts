import { describe, expect, it } from "vitest";
import { defaultRecipe } from "../../src/adapt/recipe.js";
import { checkRecipe } from "../../src/adapt/recipe-changes.js";

describe("checkRecipe", () => {
  it("takes a whole recipe, and any part of one", () => {
    expect(checkRecipe(defaultRecipe)).toBe(defaultRecipe);
    const part = { loss: { crossEntropy: 1, contrastive: 0.5 }, layerDecay: 0.9, unfreeze: 0.3 };
    expect(checkRecipe(part)).toBe(part);
  });

  it.each([
    [[], "recipe: found [], expected an object."],
    [{ stepz: 3 }, 'recipe: found "stepz", expected some of learningRate, '],
    [{ steps: 2.5 }, "recipe steps: found 2.5, expected a whole number from 1 on."],
    [{ blend: "half" }, 'recipe blend: found "half", expected a number from 0 to 1.'],
    [{ loss: 1 }, "recipe loss: found 1, expected an object."],
    [
      { loss: { hinge: 1 } },
      'recipe loss: found "hinge", expected some of cosinePairs, ranking, contrastive, crossEntropy.',
    ],
    [{ loss: { cosinePairs: 0 } }, "expected a weight above 0 for one of cosinePairs"],
    [{ loss: { cosinePairs: -1 } }, "recipe loss cosinePairs: found -1, expected a number from 0 on."],
  ])("refuses %j", (given, message) => {
    expect(() => checkRecipe(given)).toThrow(message);
  });
});
