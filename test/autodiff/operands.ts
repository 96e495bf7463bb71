import { DataType, type TensorProto } from "../../src/onnx/schema.js";
import { makeTensor } from "../../src/onnx/tensor.js";
import type { Random } from "../../src/random.js";

/** The length of an axis: of the batch, of its texts, or fixed. */
export type Length = "B" | "T" | number;

/** What stands at an input of the operator under test. */
export type Operand =
  /** Filled anew for each run. `real` ones are differentiated unless they are `held`. */
  | { kind: "fed"; type: number; shape: readonly Length[]; draw: Draw; held: boolean }
  /** Known when the graph is differentiated. */
  | { kind: "constant"; tensor: TensorProto }
  /** A vector of whole numbers that the graph computes from the lengths of the batch. */
  | { kind: "sizes"; shape: readonly Length[] }
  | { kind: "again"; place: number }
  | { kind: "left out" };

/** Element number `i` of `size`. */
export type Draw = (random: Random, i: number, size: number) => number;

function fed(type: number, shape: readonly Length[], draw: Draw, held = false): Operand {
  return { kind: "fed", type, shape, draw, held };
}

/** Standard normal values, differentiated. */
export const real = (...shape: Length[]) => fed(DataType.FLOAT, shape, (random) => random.normal());

/** Values in [0.5, 2), for operators that are not smooth or not defined elsewhere. */
export const positive = (...shape: Length[]) => fed(DataType.FLOAT, shape, (random) => 0.5 + 1.5 * random.uniform());

/**
 * Values that lie at least 1/2 apart and 1/4 from zero, out of order: a step of a finite difference changes neither which
 * one is the largest nor a sign. No size in use is a multiple of 7, so that i → 7 i permutes.
 */
export const spaced = (...shape: Length[]) =>
  fed(DataType.FLOAT, shape, (_random, i, size) => 0.5 * (((7 * i + 3) % size) - Math.floor(size / 2)) + 0.25);

/** Multiples of 1/2: 1/4 away from `spaced` values at least. */
export const halves = (...shape: Length[]) =>
  fed(DataType.FLOAT, shape, (random) => Math.round(2 * random.normal()) / 2);

/** Standard normal values that are not differentiated, such as a mask. */
export const held = (...shape: Length[]) => fed(DataType.FLOAT, shape, (random) => random.normal(), true);

/** Whole numbers from 0 on, not known before the run. There are repeats where there are more of them than `below`. */
export const indices = (below: number, ...shape: Length[]) =>
  fed(DataType.INT64, shape, (random) => random.integer(below), true);

export const indices32 = (below: number, ...shape: Length[]) =>
  fed(DataType.INT32, shape, (random) => random.integer(below), true);

/** Truth values, not known before the run. */
export const flags = (...shape: Length[]) => fed(DataType.BOOL, shape, (random) => random.integer(2), true);

/** A shape, computed in the graph. */
export const sizes = (...shape: Length[]): Operand => ({ kind: "sizes", shape });

export const ints = (...values: (number | bigint)[]) => constant([values.length], BigInt64Array.from(values, BigInt));

export const int = (value: number) => constant([], BigInt64Array.of(BigInt(value)));

export const float = (value: number) => constant([], Float32Array.of(value));

export const floats = (...values: number[]) => constant([values.length], Float32Array.from(values));

/** Given values, differentiated. */
export const given = (...values: number[]) => fed(DataType.FLOAT, [values.length], (_random, i) => values[i]);

function constant(dims: number[], values: Float32Array | BigInt64Array): Operand {
  return { kind: "constant", tensor: makeTensor("", dims, values) };
}

/** The operand at a place once more. */
export const again = (place: number): Operand => ({ kind: "again", place });

export const leftOut: Operand = { kind: "left out" };
