import { OptionError } from "../errors.js";
import { kernels } from "./kernels.js";

const pageBytes = 65_536;

/** WebAssembly addresses 4 GiB. */
const largestBytes = 2 ** 32;

/** Values that a kernel takes at a time; stretches of the arrays start at multiples of it. */
const lanes = 4;

const module = new WebAssembly.Module(Buffer.from(kernels, "base64"));

/**
 * Trained weights, their gradients and the optimiser's moments: arrays of one size in one memory, on which the loops of
 * kernels.wat run. Five times as fast as the same loops in JavaScript, which convert every value to float64 and back.
 */
export class Parameters {
  /** [P] */
  readonly weights: Float32Array;
  /** dL/dw, [P] */
  readonly gradients: Float32Array;
  /** AdamW's m and v, [P] each */
  readonly moments: readonly [Float32Array, Float32Array];
  /** Gradients of one part of a batch, until they are added to the others, [P] */
  readonly scratch: Float32Array;
  readonly #kernels: WebAssembly.Instance["exports"];

  /** @param size P, a multiple of 4, see `aligned`. @throws OptionError for more than one memory holds */
  constructor(readonly size: number) {
    const bytes = bytesFor(size);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) + 1 });
    const array = (i: number) => new Float32Array(memory.buffer, i * size * Float32Array.BYTES_PER_ELEMENT, size);
    [this.weights, this.gradients, this.scratch] = [array(0), array(1), array(2)];
    this.moments = [array(3), array(4)];
    this.#kernels = new WebAssembly.Instance(module, { memory: { memory } }).exports;
  }

  /** gradients ← gradients + scratch */
  addScratch(): void {
    const { gradients, scratch } = this;
    this.#kernels.add(gradients.byteOffset, endOf(gradients), scratch.byteOffset);
  }

  /** ‖dL/dw‖₂ */
  gradientNorm(): number {
    return Math.sqrt(this.#kernels.sumOfSquares(this.gradients.byteOffset, endOf(this.gradients)));
  }

  /** The loop of AdamW over one stretch of weights: see kernels.wat. @param start a multiple of 4. */
  update(start: number, end: number, numbers: UpdateNumbers): void {
    const { scale, beta1, beta2, keep, size, shrink, epsilon } = numbers;
    const [w, g, m, v] = [this.weights, this.gradients, ...this.moments].map(
      (array) => array.byteOffset + start * Float32Array.BYTES_PER_ELEMENT,
    );
    const last = w + (aligned(end) - start) * Float32Array.BYTES_PER_ELEMENT;
    this.#kernels.adamw(w, last, g, m, v, scale, beta1, 1 - beta1, beta2, 1 - beta2, keep, size, shrink, epsilon);
  }
}

/** What `Parameters` of P values take. @throws OptionError for more than one memory holds */
export function bytesFor(size: number): number {
  const bytes = 5 * size * Float32Array.BYTES_PER_ELEMENT;
  if (bytes < largestBytes) return bytes;
  const most = Math.floor(largestBytes / 20 / 1e6);
  throw new OptionError("adapt", `${Math.round(size / 1e6)} million weights`, `layers of up to ${most} million in all`);
}

/** Where each weight lies in the vector of all, P long. */
export type Layout = readonly { name: string; dims: readonly number[]; start: number; end: number }[];

export function layoutOf(weights: ReadonlyMap<string, { dims: readonly number[]; data: Float32Array }>): Layout {
  let next = 0;
  return [...weights].map(([name, { dims, data }]) => {
    const start = next;
    const end = start + data.length;
    next = aligned(end);
    return { name, dims, start, end };
  });
}

/** P */
export function sizeOf(layout: Layout): number {
  return aligned(layout.at(-1)?.end ?? 0);
}

/** m ← β₁ m + (1 − β₁) scale g, v ← β₂ v + (1 − β₂) (scale g)², w ← keep w − size m / (shrink √v + ε). */
export interface UpdateNumbers {
  scale: number;
  beta1: number;
  beta2: number;
  keep: number;
  size: number;
  shrink: number;
  epsilon: number;
}

/** The next multiple of 4: where another stretch may begin. */
export function aligned(size: number): number {
  return Math.ceil(size / lanes) * lanes;
}

function endOf(array: Float32Array): number {
  return array.byteOffset + array.byteLength;
}
