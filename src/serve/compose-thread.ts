import { Piscina } from "piscina";
import type { Composition, Group } from "./compose.js";

/** `composeGroups` in a thread of its own: it takes half a second, in which the caller's thread has requests to answer. */
export async function composeGroupsAside(composition: Composition): Promise<Group[]> {
  const source = import.meta.url.endsWith(".ts"); // run from the sources, by the tests and scripts
  const thread = new Piscina<Composition, Group[]>({
    filename: new URL(source ? "./compose-worker.ts" : "./compose-worker.js", import.meta.url).href,
    execArgv: source ? ["--import", "tsx"] : [],
    maxThreads: 1,
  });
  try {
    return await thread.run(composition);
  } finally {
    await thread.destroy();
  }
}
