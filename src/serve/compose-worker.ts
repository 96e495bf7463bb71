import { parentPort, workerData } from "node:worker_threads";
import { composeGroups, type ServedFolder } from "./compose.js";

const groups = await composeGroups(workerData as ServedFolder[]);
parentPort!.postMessage(
  groups,
  groups.map(({ graph }) => graph.buffer as ArrayBuffer),
);
