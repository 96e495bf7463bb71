import { describe, expect, it } from "vitest";
import { rules } from "../../src/autodiff/ops/index.js";
import { checkVjp } from "./check-vjp.js";
import { cases as attention } from "./ops/attention.js";
import { cases as elementwise } from "./ops/elementwise.js";
import { cases as indexing } from "./ops/indexing.js";
import { cases as linalg } from "./ops/linalg.js";
import { cases as movement } from "./ops/movement.js";
import { cases as normalization } from "./ops/normalization.js";
import { cases as reduction } from "./ops/reduction.js";
import type { VjpCase } from "./vjp-case.js";

/**
 * Largest |⟨c, J t⟩ − ⟨t, Jᵀ c⟩| / ‖Jᵀ c‖. In float64 the finite difference is good to 1e-9, but constants of the rules are
 * rounded to float32: 5e-8 is seen. In float32 results rounded to 6e-8 are divided by a step of 1/32: 4e-5 is seen.
 */
const tolerances = { float64: 1e-6, float32: 1e-4 };

const files: Record<string, VjpCase[]> = {
  elementwise,
  linalg,
  movement,
  indexing,
  reduction,
  normalization,
  attention,
};

for (const [file, cases] of Object.entries(files)) {
  describe(file, () => {
    for (const vjpCase of cases) {
      for (const opset of vjpCase.opsets) {
        it(`${vjpCase.op} ${vjpCase.about}, operator set ${opset}`, () => expectEqualProducts(vjpCase, opset));
      }
    }
  });
}

async function expectEqualProducts(vjpCase: VjpCase, opset: number): Promise<void> {
  const products = await checkVjp(vjpCase, opset);
  expect(products.length).toBeGreaterThan(0);
  for (const { operand, forward, backward, size } of products) {
    const error = Math.abs(forward - backward) / Math.max(1, size);
    expect(error, `${operand}: ⟨c, J t⟩ = ${forward}, ⟨t, Jᵀ c⟩ = ${backward}`).toBeLessThan(
      tolerances[vjpCase.precision],
    );
  }
}

describe("rules", () => {
  it("have a case each", () => {
    const tested = new Set(Object.values(files).flatMap((cases) => cases.map(({ op }) => op)));
    expect([...tested].sort()).toEqual(Object.keys(rules).sort());
  });
});
