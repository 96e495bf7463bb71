import { stopProgress } from "../log.js";

/** What a process exits with that a signal has ended: 128 and the signal's number. */
const exits = { SIGINT: 130, SIGTERM: 143 } as const;
const signals = ["SIGINT", "SIGTERM"] as const;

let outcome: (() => string) | undefined;

/**
 * On the first Ctrl-C (or SIGTERM) the process ends with 130 (143) and says what has become of its work; at its exit temporary files are
 * removed and workers finish their batch. A second one does not wait for that.
 * @param describe takes the place of what an earlier call said
 */
export function onInterrupt(describe: () => string): void {
  if (!outcome) for (const signal of signals) process.once(signal, interrupt);
  outcome = describe;
}

function interrupt(signal: (typeof signals)[number]): void {
  for (const each of signals) process.removeAllListeners(each);
  stopProgress();
  process.stderr.write(`\nInterrupted: ${outcome?.()}\n`);
  process.exit(exits[signal]);
}

/** The first SIGINT or SIGTERM; the next one ends the process as it would have without us. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const heard = () => {
      for (const signal of signals) process.removeListener(signal, heard);
      resolve();
    };
    for (const signal of signals) process.on(signal, heard);
  });
}
