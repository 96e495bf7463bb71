import type { GradientBuilder } from "../builder.js";
import { NoGradient } from "../rule.js";
import { type Dim, frontAxis, isFixed } from "../shape.js";

/** A tensor within zeros of the shape that `like` has, as far from the beginning of each axis as `before` says. */
export function withinZeros(g: GradientBuilder, part: string, before: readonly number[], like: string): string {
  const shape = g.shape(like);
  const behind = shape.map((dim, axis): Dim => {
    const length = g.shape(part)[axis];
    return [dim[0] - length[0] - before[axis], dim[1] - length[1] - before[axis]];
  });
  if (behind.every(isFixed)) {
    const pads = g.ints([...before, ...behind.map(([length]) => length)]);
    return g.emit("Pad", [part, pads], shape);
  }
  const missing = g.sub(g.shapeTensor(like), g.shapeTensor(part));
  const pads = g.concat([g.ints(before), g.sub(missing, g.ints(before))], 0);
  return g.emit("Pad", [part, pads], shape);
}

/** A place on an axis of x, counted from the front; one before the beginning is the beginning. */
export function fromFront(g: GradientBuilder, x: string, axis: number, place: number): number {
  if (place >= 0) return place;
  const length = g.shape(x)[frontAxis(axis, g.rank(x))];
  if (!isFixed(length)) throw new NoGradient("it counts from the end of a varying length");
  return Math.max(0, place + length[0]);
}
