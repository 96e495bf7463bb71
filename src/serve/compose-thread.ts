import { Piscina } from "piscina";
import type { Group, ServedFolder } from "./compose.js";

/** `composeGroups` in a thread of its own: it takes half a second, in which the caller's thread has requests to answer. */
export async function composeGroupsAside(folders: readonly ServedFolder[]): Promise<Group[]> {
  const source = import.meta.url.endsWith(".ts"); // run from the sources, by the tests and scripts
  const thread = new Piscina<readonly ServedFolder[], Group[]>({
    filename: new URL(source ? "./compose-worker.ts" : "./compose-worker.js", import.meta.url).href,
    execArgv: source ? ["--import", "tsx"] : [],
    maxThreads: 1,
  });
  try {
    return await thread.run(folders);
  } finally {
    await thread.destroy();
  }
}
