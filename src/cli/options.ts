import { readFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { arithmetics } from "../onnx/integer-arithmetic.js";

/** An option's value that has to be an integer of at least `least`. */
export function integer(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === "" || !Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`Expected an integer of at least ${least}.`);
    }
    return number;
  };
}

/** The value of `--port`. */
export function port(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError("Expected a port, 1 to 65535, or 0 for any that is free.");
  }
  return number;
}

/** An option's value that has to be a number above 0. */
export function positive(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number <= 0) {
    throw new InvalidArgumentError("Expected a number above 0, such as 1 or 0.1.");
  }
  return number;
}

/** An option's value that has to be a number from 0 to 1. */
export function probability(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError("Expected a number from 0 to 1, such as 0.8.");
  }
  return number;
}

/** `--arithmetic`, of the commands that run a model folder. */
export function arithmeticOption(): Option {
  const description =
    "numbers that the encoder computes in; int8 is 1.8 times as fast on processors with VNNI (default: float32)";
  return new Option("--arithmetic <type>", description).choices(arithmetics);
}

/** The value of `--adapt`. */
export function adaptation(value: string): "none" | "auto" | "all" | number {
  if (value === "none" || value === "auto" || value === "all") return value;
  const layers = Number(value);
  if (value.trim() === "" || !Number.isInteger(layers) || layers < 0) {
    throw new InvalidArgumentError("Expected none, auto, all or a number of layers, such as 2.");
  }
  return layers === 0 ? "none" : layers;
}

/** The value of `--recipe`: JSON, or a file of it. */
export function recipe(value: string): unknown {
  const isText = /^\s*[{[]/.test(value);
  try {
    return JSON.parse(isText ? value : readFileSync(value, "utf8").replace(/^\ufeff/, ""));
  } catch (error) {
    const example = `'{"steps": 60, "learningRate": 5e-5}'`;
    throw new InvalidArgumentError(`Expected JSON such as ${example}, or a file of it: ${(error as Error).message}.`);
  }
}

/** The value of an option that takes `all` or a number of layers. */
export function layers(value: string): "all" | number {
  return value === "all" ? value : integer(1)(value);
}

/** The value of `--sizes`: numbers of labels a class, and `all`; each once. */
export function sizes(value: string): (number | "all")[] {
  return distinct(value.split(",").map((size) => (size.trim() === "all" ? "all" : integer(1)(size))));
}

/** The value of an option that takes some of the given names after a comma each; each once. */
export function names<Name extends string>(allowed: readonly Name[]): (value: string) => Name[] {
  const named = (given: string) => {
    const found = allowed.find((name) => name === given.trim());
    if (found) return found;
    throw new InvalidArgumentError(`Found ${given}, expected some of ${allowed.join(", ")}.`);
  };
  return (value) => distinct(value.split(",").map(named));
}

/** The value of `--depths`: numbers of layers, 0 for the frozen encoder; each once. */
export function depths(value: string): number[] {
  return distinct(value.split(",").map(integer(0)));
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The value of `--share`: the i-th of n parts. */
export function share(value: string): { part: number; of: number } {
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
  if (part === undefined || Number(part) < 1 || Number(part) > Number(of)) {
    throw new InvalidArgumentError("Expected a part of how many, such as 1/2.");
  }
  return { part: Number(part), of: Number(of) };
}
