/**
 * The length of an axis in two runs with different batches and lengths of text. Equal numbers: the axis has that length
 * in every run. Rules can therefore be written against known ranks and sizes without inferring shapes symbolically.
 */
export type Dim = readonly [small: number, large: number];

export type Shape = readonly Dim[];

/** The shape of a tensor whose axes never change. */
export function fixedShape(dims: readonly number[]): Shape {
  return dims.map((dim) => [dim, dim]);
}

/** @throws RangeError when the two runs disagree on the rank. */
export function pairShapes(small: readonly number[], large: readonly number[]): Shape {
  if (small.length !== large.length) throw new RangeError(`ranks ${small.length} and ${large.length} of one tensor`);
  return small.map((dim, axis) => [dim, large[axis]]);
}

export function isFixed([small, large]: Dim): boolean {
  return small === large;
}

export function sameDim(a: Dim, b: Dim): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => sameDim(dim, b[axis]));
}

function isOne(dim: Dim): boolean {
  return dim[0] === 1 && dim[1] === 1;
}

/** The shape of an elementwise result (multidirectional broadcasting of the ONNX specification). */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const one: Dim = [1, 1];
  return Array.from({ length: rank }, (_, i) => {
    const [left, right] = [a[a.length - rank + i] ?? one, b[b.length - rank + i] ?? one];
    return isOne(left) ? right : left;
  });
}

/** The axes of `from` that were stretched or added to make it from `to`; undefined when it cannot be made from it. */
export function broadcastAxes(from: Shape, to: Shape): number[] | undefined {
  const added = from.length - to.length;
  if (added < 0) return undefined;
  const axes: number[] = [];
  for (const [axis, dim] of from.entries()) {
    if (axis < added) axes.push(axis);
    else if (!sameDim(dim, to[axis - added])) {
      if (!isOne(to[axis - added])) return undefined;
      axes.push(axis);
    }
  }
  return axes;
}

/** An axis counted from the front. */
export function frontAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

export function describeShape(shape: Shape): string {
  return `[${shape.map((dim) => (isFixed(dim) ? dim[0] : `${dim[0]}|${dim[1]}`)).join(", ")}]`;
}
