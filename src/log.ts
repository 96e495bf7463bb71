import { Presets, SingleBar } from "cli-progress";

/** How far long work has come. `update` may be called often; drawing is throttled. */
export interface Progress {
  /** @param done units of work finished so far. @param note a few words shown beside the bar, such as the loss. */
  update(done: number, note?: string): void;
  stop(): void;
}

/** Where messages and progress go. The library is silent unless it is given one; the command line gives `stderrLog()`. */
export interface Log {
  /** A line that the user should read. */
  info(message: string): void;
  /** A line that the user should act on. */
  warn(message: string): void;
  /** A bar for work of `total` units. */
  progress(title: string, total: number): Progress;
}

const noProgress: Progress = { update() {}, stop() {} };

export const silentLog: Log = { info() {}, warn() {}, progress: () => noProgress };

/** Writes to stderr; bars only on a terminal, so that a redirected log holds no control characters. */
export function stderrLog(options: { quiet?: boolean } = {}): Log {
  const write = (line: string) => {
    process.stderr.write(`${line}\n`);
  };
  return {
    info: options.quiet ? () => {} : write,
    warn: (message) => write(`warning: ${message}`),
    progress: (title, total) =>
      options.quiet || !process.stderr.isTTY || total === 0 ? noProgress : new TerminalProgress(title, total),
  };
}

const running = new Set<Progress>();

/** Clears the bars and gives the cursor back: for a process that ends in the middle, which does so by itself when it exits. */
export function stopProgress(): void {
  for (const progress of running) progress.stop();
}

class TerminalProgress implements Progress {
  readonly #bar: SingleBar;

  constructor(title: string, total: number) {
    const format = `${title} {bar} {value}/{total} · {eta_formatted} left {note}`;
    this.#bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, etaBuffer: 50 }, Presets.rect);
    this.#bar.start(total, 0, { note: "" });
    if (running.size === 0) process.once("exit", stopProgress);
    running.add(this);
  }

  update(done: number, note = ""): void {
    this.#bar.update(done, { note });
  }

  stop(): void {
    running.delete(this);
    if (running.size === 0) process.removeListener("exit", stopProgress);
    this.#bar.stop();
  }
}
