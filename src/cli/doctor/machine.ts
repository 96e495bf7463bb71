import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { defaultCacheFolder } from "../../encoder/cache-folder.js";
import { requireMakeable } from "../../folder.js";
import { type Instructions, instructions } from "../../runtime/instructions.js";

/** What Headstart runs on. */
export interface Machine {
  /** As Node names them: `linux x64`. */
  platform: string;
  cpu: string;
  /** `usable` may be fewer than `present`: processes can be bound to some cores. `load` is how many were busy in the last minute. */
  cores: { usable: number; present: number; load: number };
  /** Wide instructions, the newest last; undefined where the system does not tell. */
  instructions?: Instructions[];
  /** In bytes. A container's limit counts. */
  memory: { available: number; total: number };
  cache: { folder: string; sizeBytes: number; isWritable: boolean };
}

export function describeMachine(): Machine {
  const folder = defaultCacheFolder();
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: { usable: availableParallelism(), present: cpus().length, load: loadavg()[0] },
    instructions: instructions(),
    memory: {
      available: process.availableMemory(),
      total: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
    },
    cache: { folder, sizeBytes: sizeOfFolder(folder), isWritable: isWritable(folder) },
  };
}

function isWritable(folder: string): boolean {
  try {
    requireMakeable(folder);
    return true;
  } catch {
    return false;
  }
}

function sizeOfFolder(folder: string): number {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return 0;
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .reduce((sum, found) => sum + (found?.isFile() ? found.blocks * 512 : 0), 0);
}
