import { attributeOf } from "../../onnx/graph.js";
import { DataType } from "../../onnx/schema.js";
import { floatValues, sizeOf } from "../../onnx/tensor.js";
import type { GradientBuilder } from "../builder.js";
import { NoGradient, type Rule } from "../rule.js";

// What stands behind y = f(x) is ∂y/∂x, the number by which every element of dy is multiplied to give that of dx.

/** y = a + b: ∂y/∂a = ∂y/∂b = 1. Where an input was broadcast, the walker sums its gradient over the repeated axes. */
export const Add: Rule = (_g, _node, dy) => [dy, dy];

/** y = a − b: ∂y/∂a = 1, ∂y/∂b = −1. */
export const Sub: Rule = (g, _node, dy) => [dy, g.unary("Neg", dy)];

/** y = ab: ∂y/∂a = b, ∂y/∂b = a. */
export const Mul: Rule = (g, { input: [a, b] }, dy) => [g.mul(dy, b), g.mul(dy, a)];

/** y = a/b: ∂y/∂a = 1/b, ∂y/∂b = −a/b² = −y/b. */
export const Div: Rule = (g, { input: [, b], output: [y] }, dy) => {
  const da = g.div(dy, b);
  return [da, g.unary("Neg", g.mul(da, y))];
};

/** y = −x: −1. */
export const Neg: Rule = (g, _node, dy) => [g.unary("Neg", dy)];

/** y = xᵖ for one constant number p: p xᵖ⁻¹, written as products for the usual p = 2 and 3. */
export const Pow: Rule = (g, { input: [x, exponent] }, dy) => {
  const constant = g.constant(exponent);
  if (!constant || sizeOf(constant) !== 1) throw new NoGradient("its exponent is not one constant number");
  const [p] = floatValues(constant);
  const power = p === 2 ? x : p === 3 ? g.mul(x, x) : g.emit("Pow", [x, g.scalar(p - 1)], g.shape(x));
  return [g.mul(dy, g.mul(power, p)), null];
};

/** y = √x: 1/(2√x) = 1/(2y). */
export const Sqrt: Rule = (g, { output: [y] }, dy) => [g.div(g.mul(dy, 0.5), y)];

/** y = eˣ: y. */
export const Exp: Rule = (g, { output: [y] }, dy) => [g.mul(dy, y)];

/** y = log x: 1/x. */
export const Log: Rule = (g, { input: [x] }, dy) => [g.div(dy, x)];

/** y = 1/x: −1/x² = −y². */
export const Reciprocal: Rule = (g, { output: [y] }, dy) => [g.unary("Neg", g.mul(dy, g.mul(y, y)))];

/** y = sin x: cos x. */
export const Sin: Rule = (g, { input: [x] }, dy) => [g.mul(dy, g.unary("Cos", x))];

/** y = cos x: −sin x. */
export const Cos: Rule = (g, { input: [x] }, dy) => [g.unary("Neg", g.mul(dy, g.unary("Sin", x)))];

/** y = tanh x: 1 − y². */
export const Tanh: Rule = (g, { output: [y] }, dy) => [g.mul(dy, g.sub(1, g.mul(y, y)))];

/** y = 1/(1 + e⁻ˣ): y(1 − y). */
export const Sigmoid: Rule = (g, { output: [y] }, dy) => [g.mul(dy, g.mul(y, g.sub(1, y)))];

/** y = max(x, 0): 1 where x > 0, else 0. */
export const Relu: Rule = (g, { input: [x] }, dy) => [g.where(g.compare("Greater", x, 0), dy, 0)];

/** y = erf x = 2/√π · ∫₀ˣ e^(−t²) dt: 2/√π · e^(−x²). */
export const Erf: Rule = (g, { input: [x] }, dy) => {
  const inverse = g.unary("Exp", g.mul(x, x));
  return [g.div(g.mul(dy, 2 / Math.sqrt(Math.PI)), inverse)];
};

/**
 * y = x Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016). By the product rule Φ(x) + x φ(x),
 * with Φ = (1 + erf(x/√2))/2 and its derivative, the density φ = e^(−x²/2)/√(2π).
 */
export const Gelu: Rule = (g, node, dy) => {
  const [x] = node.input;
  const approximate = attributeOf(node, "approximate")?.s;
  if (approximate && new TextDecoder().decode(approximate) === "tanh") return [g.mul(dy, tanhGeluSlope(g, x))];
  const distribution = g.mul(g.add(g.unary("Erf", g.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = g.mul(g.unary("Exp", g.mul(g.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return [g.mul(dy, g.add(distribution, g.mul(x, density)))];
};

/**
 * y = x(1 + t)/2, t = tanh(c(x + a x³)), with c = √(2/π) and a = 0.044715. By the product rule, with the slope 1 − t² of
 * tanh and c(1 + 3a x²) of what is in it: (1 + t)/2 + x(1 − t²) c(1 + 3a x²)/2.
 */
function tanhGeluSlope(g: GradientBuilder, x: string): string {
  const [c, a] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = g.mul(x, x);
  const t = g.unary("Tanh", g.mul(g.mul(x, g.add(g.mul(square, a), 1)), c));
  const inner = g.mul(g.add(g.mul(square, 3 * a), 1), c / 2);
  const direct = g.mul(g.add(t, 1), 0.5);
  return g.add(direct, g.mul(x, g.mul(g.sub(1, g.mul(t, t)), inner)));
}

/** y = max(a, b): dy goes to the one that was taken, to the first where they are equal. */
export const Max: Rule = (g, node, dy) => {
  if (node.input.length !== 2) throw new NoGradient(`the maximum of ${node.input.length} tensors`);
  const [a, b] = node.input;
  const second = g.compare("Greater", b, a);
  return [g.where(second, 0, dy), g.where(second, dy, 0)];
};

/** y = a where the condition holds, b elsewhere: dy goes to the one that was taken. */
export const Where: Rule = (g, { input: [condition] }, dy) => [
  null,
  g.where(condition, dy, 0),
  g.where(condition, 0, dy),
];

/** y = x in another type: 1 between floating-point types, none through whole numbers. All gradients are float32, so what is computed in float64 has none. */
export const Cast: Rule = (_g, node, dy) => {
  const to = Number(attributeOf(node, "to")?.i ?? 0);
  if (to === DataType.DOUBLE) throw new NoGradient("what follows is computed in float64");
  return [to === DataType.FLOAT ? dy : null];
};

/** y = x: 1. */
export const Identity: Rule = (_g, _node, dy) => [dy];
