import { stopProgress } from "../log.js";

const INTERRUPTED = 130;

let outcome: (() => string) | undefined;

/**
 * On the first Ctrl-C the process ends with 130 and says what has become of its work; at its exit temporary files are removed and
 * workers finish their batch. A second Ctrl-C does not wait for that.
 * @param describe takes the place of what an earlier call said
 */
export function onInterrupt(describe: () => string): void {
  if (!outcome) process.once("SIGINT", interrupt);
  outcome = describe;
}

function interrupt(): void {
  process.removeAllListeners("SIGINT");
  stopProgress();
  process.stderr.write(`\nInterrupted: ${outcome?.()}\n`);
  process.exit(INTERRUPTED);
}

/** The first SIGINT or SIGTERM; the next one ends the process as it would have without us. */
export function stopSignal(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  return new Promise((resolve) => {
    const heard = () => {
      for (const signal of signals) process.removeListener(signal, heard);
      resolve();
    };
    for (const signal of signals) process.on(signal, heard);
  });
}
