import type { Checkpoint } from "../adapt/checkpoint.js";
import type { TextRunner } from "../encoder/text-runner.js";

/** What a classifier runs on, and how it can be stored; set by `fit` and `load`. */
export interface Backing {
  runner: TextRunner;
  save(folder: string): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * The checkpoints of a training stay until its model is saved, or is given up without a wish to save it: where the place for the model turns out to
 * have no room, the training is not lost.
 */
export function keepingUntilSaved(backing: Backing, checkpoints: readonly Checkpoint[]): Backing {
  let isWanted = false;
  const remove = async () => {
    for (const checkpoint of checkpoints) await checkpoint.remove();
  };
  return {
    runner: backing.runner,
    async save(folder) {
      isWanted = true;
      await backing.save(folder);
      isWanted = false;
      await remove();
    },
    async dispose() {
      await backing.dispose();
      if (!isWanted) await remove();
    },
  };
}
