import { execFileSync } from "node:child_process";
import { delimiter } from "node:path";

/** A Node that the tests can run the built files with. */
export interface NodeBinary {
  path: string;
  version: string;
}

/** The Node that runs the tests. */
export const thisNode: NodeBinary = { path: process.execPath, version: process.version };

/** Further ones, listed in HEADSTART_NODES as folders are in PATH; `.ci/run` installs and lists those of the other major versions. */
export const otherNodes: readonly NodeBinary[] = (process.env.HEADSTART_NODES ?? "")
  .split(delimiter)
  .filter((path) => path !== "")
  .map((path) => ({ path, version: execFileSync(path, ["--version"], { encoding: "utf8" }).trim() }));
