/**
 * Between a pool and its workers. A worker that is ended while it loads, or while it is inside of onnxruntime, takes the process down (an
 * uncaught `Napi::Error`, a failed assertion of Node's). So whoever ends workers, be it by leaving the process, closes the gate and waits
 * until all have loaded and none is busy.
 */
export interface Gate {
  /** How many workers have loaded. */
  loaded: Int32Array;
  /** How many workers are busy. */
  busy: Int32Array;
  /** 1 once no worker may begin. */
  closed: Int32Array;
}

/** The longest that a closing waits for one change. */
const LONGEST_WAIT_MS = 20_000;

export const gateBytes = 12;

/** @param shared `gateBytes` long, zero at first */
export function gateOf(shared: SharedArrayBuffer): Gate {
  const cell = (at: number) => new Int32Array(shared, 4 * at, 1);
  return { loaded: cell(0), busy: cell(1), closed: cell(2) };
}

/** In a worker, when its module is evaluated: Node is done with loading one turn of the microtasks later. */
export function reportLoaded({ loaded }: Gate): void {
  queueMicrotask(() => {
    Atomics.add(loaded, 0, 1);
    Atomics.notify(loaded, 0);
  });
}

/** In a worker: does what must not be cut off. @throws Error when the gate is closed, and what `work` throws */
export async function whileBusy<T>({ busy, closed }: Gate, work: () => Promise<T>): Promise<T> {
  Atomics.add(busy, 0, 1);
  try {
    if (Atomics.load(closed, 0)) throw new Error("The workers are being ended.");
    return await work();
  } finally {
    Atomics.sub(busy, 0, 1);
    Atomics.notify(busy, 0);
  }
}

/**
 * In the owner: lets workers finish what they are in and begin nothing more. Blocks, since a process' exit cannot be put off otherwise.
 * @param workers how many were started
 */
export function close({ loaded, busy, closed }: Gate, workers: number): void {
  Atomics.store(closed, 0, 1);
  waitUntil(loaded, (count) => count >= workers);
  waitUntil(busy, (count) => count === 0);
}

function waitUntil(cell: Int32Array, isDone: (value: number) => boolean): void {
  for (let value = Atomics.load(cell, 0); !isDone(value); value = Atomics.load(cell, 0)) {
    if (Atomics.wait(cell, 0, value, LONGEST_WAIT_MS) === "timed-out") return;
  }
}
