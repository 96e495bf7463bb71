import { createWriteStream, existsSync, type WriteStream } from "node:fs";
import { open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { HeadstartError, OutputError } from "../errors.js";

/** What has to be the same for an interrupted output to be gone on with. */
export interface OutputIdentity {
  /** SHA-256 of the model. */
  model: string;
  input: { name: string; sizeBytes: number | null };
  options: Record<string, unknown>;
}

interface Progress extends OutputIdentity {
  rows: number;
  bytes: number;
}

/** `--resume` cannot go on: something is not what it was, or the record of the interrupted run is damaged. */
export class ResumeError extends HeadstartError {
  readonly code = "RESUME";

  constructor(path: string, problem: string) {
    super(`${path}: cannot be resumed: ${problem}. Run without --resume to start over.`);
  }
}

/** A device, a pipe or a folder would be replaced by a file. */
export class NoFileError extends HeadstartError {
  readonly code = "OUTPUT_NO_FILE";

  constructor(path: string) {
    super(
      `${path}: is not a regular file and is not replaced. Choose another --out, or leave it away to write to stdout.`,
    );
  }
}

/**
 * An output file in the making: `<out>.partial`, and `<out>.partial.json` that says how much of it is certain. `checkpoint` puts the rows on
 * the disk before it records them, so that after a kill at any moment the record is true of the file's first bytes. What a kill can
 * leave beside them, `<out>.partial.next`, has a fixed name and goes away with the next run.
 */
export class PartialOutput {
  /** Rows that a resumed run does not compute again. */
  certainRows: number;

  private constructor(
    readonly path: string,
    readonly stream: WriteStream,
    readonly identity: OutputIdentity,
    /** Rows and bytes that an earlier run left. */
    readonly start: { rows: number; bytes: number },
  ) {
    this.certainRows = start.rows;
  }

  /** @throws ResumeError, NoFileError, OutputError */
  static async open(path: string, identity: OutputIdentity, resume: boolean): Promise<PartialOutput> {
    const partial = `${path}.partial`;
    if (existsSync(path) && !(await stat(path)).isFile()) throw new NoFileError(path);
    const found = resume ? await progressOf(path, identity) : undefined;
    try {
      await rm(`${partial}.next`, { force: true });
      if (found) await truncate(partial, found.bytes);
      else await rm(`${partial}.json`, { force: true });
      const stream = createWriteStream(partial, { flags: found ? "a" : "w" });
      await new Promise((resolve, reject) => stream.once("open", resolve).once("error", reject));
      return new PartialOutput(path, stream, identity, found ?? { rows: 0, bytes: 0 });
    } catch (error) {
      throw new OutputError(path, error);
    }
  }

  /** Records that the first `bytes` of the file hold `rows` rows. @throws OutputError */
  async checkpoint(rows: number, bytes: number): Promise<void> {
    const progress: Progress = { rows, bytes, ...this.identity };
    try {
      await syncFile(`${this.path}.partial`);
      await replaceFile(`${this.path}.partial.json`, `${this.path}.partial.next`, `${JSON.stringify(progress)}\n`);
    } catch (error) {
      throw new OutputError(this.path, error);
    }
    this.certainRows = rows;
  }

  /** Gives the whole file its name. @throws OutputError */
  async complete(): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.stream.once("error", reject).end(resolve);
      });
      await syncFile(`${this.path}.partial`);
      await rename(`${this.path}.partial`, this.path);
      await rm(`${this.path}.partial.json`, { force: true });
    } catch (error) {
      throw new OutputError(this.path, error);
    }
  }
}

async function progressOf(path: string, identity: OutputIdentity): Promise<Progress | undefined> {
  const partial = `${path}.partial`;
  if (!existsSync(`${partial}.json`)) return undefined;
  const progress = parsed(path, await readFile(`${partial}.json`, "utf8"));
  if (!existsSync(partial)) {
    // Killed after the file got its name: the record is still there, and true of it.
    if (!existsSync(path) || (await stat(path)).size !== progress.bytes || !isSameRun(progress, identity))
      return undefined;
    await rename(path, partial);
  }
  const { model, input, options } = progress;
  if (model !== identity.model) throw new ResumeError(path, "the model is another one");
  if (!isSame(input, identity.input))
    throw new ResumeError(path, `the input was ${described(input)}, is ${described(identity.input)}`);
  if (!isSame(options, identity.options)) {
    throw new ResumeError(path, `the options were ${JSON.stringify(options)}, are ${JSON.stringify(identity.options)}`);
  }
  const { size } = await stat(partial);
  if (size < progress.bytes)
    throw new ResumeError(path, `${partial} has ${size} bytes, fewer than the ${progress.bytes} written`);
  return progress;
}

function parsed(path: string, json: string): Progress {
  try {
    const progress = JSON.parse(json) as Progress;
    if (Number.isSafeInteger(progress.rows) && Number.isSafeInteger(progress.bytes)) return progress;
  } catch {
    // A file that is no JSON is as damaged as one that lacks numbers.
  }
  throw new ResumeError(path, `${path}.partial.json is damaged`);
}

function isSameRun(progress: Progress, { model, input, options }: OutputIdentity): boolean {
  return isSame([progress.model, progress.input, progress.options], [model, input, options]);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function described({ name, sizeBytes }: OutputIdentity["input"]): string {
  return sizeBytes === null ? name : `${name} (${sizeBytes} bytes)`;
}

/** Replaces a file in one step by way of another name. */
async function replaceFile(path: string, temporary: string, content: string): Promise<void> {
  await writeFile(temporary, content);
  await syncFile(temporary);
  await rename(temporary, path);
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
