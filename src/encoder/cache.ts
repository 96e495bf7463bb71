import { createHash } from "node:crypto";
import { join } from "node:path";
import type { RootDatabase } from "lmdb";
import { makeFolder } from "../folder.js";
import { type Log, silentLog } from "../log.js";
import { closeDatabase, openDatabase, removeOldest, setAside } from "./cache-files.js";

/** A transaction waits for the disk, so that one for each batch of texts would keep the workers waiting. */
const MS_BETWEEN_WRITES = 1000;

/**
 * Features on disk, by encoder and text: a text is encoded once. LMDB keeps it whole under several processes and kills; a text's key is
 * a hash, the texts themselves are not stored. It only saves time, so what is wrong with it is a warning and never an error.
 */
export class FeatureCache {
  readonly #folder: string;
  readonly #log: Log;
  #database: RootDatabase<Uint8Array, Uint8Array> | undefined;
  #queue: { text: string; features: Float32Array }[] = [];
  #writtenMs = performance.now();

  /** @param fingerprint of the encoder: whatever can change a feature must change it. */
  constructor(cacheFolder: string, fingerprint: string, log: Log = silentLog) {
    const all = join(cacheFolder, "features");
    this.#folder = join(all, fingerprint.slice(0, 32));
    this.#log = log;
    try {
      makeFolder(this.#folder);
      removeOldest(all, this.#folder);
      this.#database = this.#open();
    } catch (error) {
      this.#doWithout(error);
    }
  }

  /** The features of a text, [F], or undefined. The array is a copy. */
  get(text: string): Float32Array | undefined {
    try {
      const bytes = this.#database?.get(keyOf(text));
      return bytes && new Float32Array(new Uint8Array(bytes).buffer);
    } catch (error) {
      this.#database = undefined; // not closed: that may fail as well
      this.#replace(error);
      return undefined;
    }
  }

  /** Takes one row of `features` [N, F] for each text. They are written about once a second, and by `flush`. */
  put(texts: readonly string[], features: Float32Array): void {
    const size = features.length / texts.length;
    texts.forEach((text, i) => {
      this.#queue.push({ text, features: features.slice(i * size, (i + 1) * size) });
    });
    if (performance.now() - this.#writtenMs > MS_BETWEEN_WRITES) this.flush();
  }

  /** Writes what was taken, in one transaction; it is on disk when this returns. */
  flush(): void {
    const database = this.#database;
    const rows = this.#queue;
    this.#queue = [];
    if (rows.length === 0) return;
    try {
      database?.transactionSync(() => {
        for (const { text, features } of rows) database.putSync(keyOf(text), new Uint8Array(features.buffer));
      });
    } catch (error) {
      this.#doWithout(error);
    }
    this.#writtenMs = performance.now();
  }

  /** Writes what was taken, and lets go of the files. */
  async close(): Promise<void> {
    this.flush();
    if (this.#database) await closeDatabase(this.#database, this.#folder);
  }

  #open(): RootDatabase<Uint8Array, Uint8Array> {
    try {
      return openDatabase(this.#folder);
    } catch (error) {
      this.#replace(error);
      return openDatabase(this.#folder);
    }
  }

  #replace(cause: unknown): void {
    const reason = (cause as Error).message;
    this.#log.warn(
      `the feature cache cannot be read (${this.#folder}: ${reason}); it is emptied, its texts are encoded anew`,
    );
    try {
      setAside(this.#folder);
    } catch (error) {
      this.#doWithout(error);
    }
  }

  #doWithout(error: unknown): void {
    this.#database = undefined;
    this.#log.warn(`features are not kept for the next run: ${this.#folder}: ${(error as Error).message}`);
  }
}

function keyOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest().subarray(0, 16);
}
