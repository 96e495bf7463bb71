import { move, workerData } from "piscina";
import { gateOf, reportLoaded, whileBusy } from "../runtime/gate.js";
import { HiddenStates, type SharedStates } from "./hidden-states.js";
import { LayerTraining, type Update } from "./layer-training.js";
import type { TrainedGraphs } from "./tail-graphs.js";
import { TailSession } from "./tail-session.js";

/** What the worker is started with. */
export interface LayerWorkerSetup {
  graphs: TrainedGraphs;
  states: SharedStates;
  threads: number;
  /** See `gateOf`. */
  gate: SharedArrayBuffer;
}

const setup = workerData as LayerWorkerSetup;
const gate = gateOf(setup.gate);
let opened: Promise<LayerTraining> | undefined;
reportLoaded(gate);

/** What can be asked for: the methods of `LayerTraining` that are described there. */
const methods = {
  forward: (layers: LayerTraining, texts: readonly number[]) => layers.forward(texts),
  embed: (layers: LayerTraining, texts: readonly number[]) => layers.embed(texts),
  update: (layers: LayerTraining, { dEmbeddings, how }: { dEmbeddings: Float32Array; how: Update }) =>
    layers.update(dEmbeddings, how),
  arrays: async (layers: LayerTraining) => layers.arrays.map((array) => array.slice()),
  restore: async (layers: LayerTraining, arrays: readonly Float32Array[]) => layers.restore(arrays),
  blend: async (layers: LayerTraining, share: number) => layers.blend(share).slice(),
  resume: async (layers: LayerTraining) => layers.resume(),
  dispose: (layers: LayerTraining) => layers.session.dispose(),
};

export type LayerMethods = typeof methods;

/** @throws Error when the gate is closed */
export default function call({
  method,
  argument,
}: {
  method: keyof LayerMethods;
  argument: unknown;
}): Promise<unknown> {
  return whileBusy(gate, async () => {
    opened ??= open();
    const result = await methods[method](await opened, argument as never);
    return result instanceof Float32Array ? move(result) : result;
  });
}

async function open(): Promise<LayerTraining> {
  const { graphs, states, threads } = setup;
  return new LayerTraining(await TailSession.open(graphs, threads), HiddenStates.borrow(states));
}
