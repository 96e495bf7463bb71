import { Piscina } from "piscina";
import { workerModule } from "../runtime/workers.js";
import type { Composition, Group } from "./compose.js";

/** `composeGroups` in a thread of its own: it takes half a second, in which the caller's thread has requests to answer. */
export async function composeGroupsAside(composition: Composition): Promise<Group[]> {
  const thread = new Piscina<Composition, Group[]>({
    ...workerModule(new URL("./compose-worker.js", import.meta.url)),
    maxThreads: 1,
  });
  try {
    return await thread.run(composition);
  } finally {
    await thread.destroy();
  }
}
