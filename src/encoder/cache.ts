import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RootDatabase } from "lmdb";
import { type Log, silentLog } from "../log.js";
import { closeDatabase, openDatabase, removeOldest, setAside } from "./cache-files.js";

/**
 * Features on disk, by encoder and text: a text is encoded once. LMDB keeps it whole under several processes and kills; a text's key is
 * a hash, the texts themselves are not stored. It only saves time, so what is wrong with it is a warning and never an error.
 */
export class FeatureCache {
  readonly #folder: string;
  readonly #log: Log;
  #database: RootDatabase<Uint8Array, Uint8Array> | undefined;

  /** @param fingerprint of the encoder: whatever can change a feature must change it. */
  constructor(cacheFolder: string, fingerprint: string, log: Log = silentLog) {
    const all = join(cacheFolder, "features");
    this.#folder = join(all, fingerprint.slice(0, 32));
    this.#log = log;
    try {
      mkdirSync(this.#folder, { recursive: true });
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

  /** Stores one row of `features` [N, F] for each text, in one transaction; they are on disk when it returns. */
  put(texts: readonly string[], features: Float32Array): void {
    const database = this.#database;
    const size = features.length / texts.length;
    try {
      database?.transactionSync(() => {
        texts.forEach((text, i) => {
          const row = features.slice(i * size, (i + 1) * size);
          database.putSync(keyOf(text), new Uint8Array(row.buffer));
        });
      });
    } catch (error) {
      this.#doWithout(error);
    }
  }

  async close(): Promise<void> {
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
