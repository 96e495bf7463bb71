import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Group, ServedFolder } from "./compose.js";

/** `composeGroups` in a thread of its own: it takes half a second, in which the caller's thread has requests to answer. */
export async function composeGroupsAside(folders: readonly ServedFolder[]): Promise<Group[]> {
  const source = import.meta.url.endsWith(".ts"); // run from the sources, by the tests and scripts
  const worker = new Worker(new URL(source ? "./compose-worker.ts" : "./compose-worker.js", import.meta.url), {
    workerData: folders,
    execArgv: source ? ["--import", "tsx"] : [],
  });
  const [groups] = await once(worker, "message");
  return groups;
}
