import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";

/** Above this the least recently used encoders' features are removed. */
const largestSizeBytes = 4e9;

/**
 * Features on disk, by encoder and text: a text is encoded once. LMDB keeps it whole under several processes and kills;
 * a text's key is a hash, the texts themselves are not stored.
 */
export class FeatureCache {
  readonly #database: RootDatabase<Uint8Array, Uint8Array>;

  /** @param fingerprint of the encoder: whatever can change a feature must change it. */
  constructor(cacheFolder: string, fingerprint: string) {
    const all = join(cacheFolder, "features");
    const folder = join(all, fingerprint.slice(0, 32));
    mkdirSync(folder, { recursive: true });
    removeOldest(all, folder);
    this.#database = open({ path: join(folder, "features.mdb"), keyEncoding: "binary", encoding: "binary" });
  }

  /** The features of a text, [F], or undefined. The array is a copy. */
  get(text: string): Float32Array | undefined {
    const bytes = this.#database.get(keyOf(text));
    return bytes && new Float32Array(new Uint8Array(bytes).buffer);
  }

  /** Stores one row of `features` [N, F] for each text, in one transaction; resolves when it is on disk. */
  async put(texts: readonly string[], features: Float32Array): Promise<void> {
    const size = features.length / texts.length;
    await this.#database.transaction(() => {
      texts.forEach((text, i) => {
        const row = features.slice(i * size, (i + 1) * size);
        this.#database.put(keyOf(text), new Uint8Array(row.buffer));
      });
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

function keyOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest().subarray(0, 16);
}

function removeOldest(all: string, current: string): void {
  const folders = readdirSync(all)
    .map((name) => join(all, name))
    .filter((folder) => folder !== current)
    .map((folder) => ({ folder, ...usage(folder) }))
    .sort((a, b) => b.usedMs - a.usedMs);
  let total = 0;
  for (const { folder, sizeBytes } of folders) {
    total += sizeBytes;
    if (total > largestSizeBytes) rmSync(folder, { recursive: true, force: true });
  }
}

function usage(folder: string): { sizeBytes: number; usedMs: number } {
  const files = readdirSync(folder).flatMap((name) => statSync(join(folder, name), { throwIfNoEntry: false }) ?? []);
  return {
    sizeBytes: files.reduce((sum, file) => sum + file.size, 0),
    usedMs: Math.max(0, ...files.map((file) => file.mtimeMs)),
  };
}
