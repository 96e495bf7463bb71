import { counted, listed } from "../data/wording.js";
import { HeadstartError } from "../errors.js";

/** The Redis of a queue cannot be reached or does not let us in. */
export class QueueConnectionError extends HeadstartError {
  readonly code = "QUEUE_CONNECTION";

  constructor(url: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ECONNREFUSED: "nothing listens there. Start Redis or Valkey, for instance with redis-server --appendonly yes",
      ENOTFOUND: "the host's name is not known",
      ETIMEDOUT: "the host does not answer",
    };
    super(`${url}: ${reasons[code ?? ""] ?? message}. A queue is named as redis://user:password@host:6379.`, { cause });
  }
}

/** A folder of shards is asked about, and there is none. */
export class RunNotFoundError extends HeadstartError {
  readonly code = "RUN_NOT_FOUND";

  constructor(place: string) {
    super(`${place}: holds no run.json. Name the --out folder of a "headstart predict … --queue" run.`);
  }
}

/** A folder of shards holds those of another model, input or options. */
export class OtherRunError extends HeadstartError {
  readonly code = "RUN_OTHER";

  constructor(place: string, differences: readonly string[]) {
    super(`${place}: holds the shards of another run (other ${listed(differences)}). Choose another --out folder.`);
  }
}

/** The shards of a run are not all there. */
export class ShardsMissingError extends HeadstartError {
  readonly code = "SHARDS_MISSING";

  constructor(place: string, missing: readonly string[], total: number) {
    super(
      `${place}: ${missing.length} of ${counted(total, "shard")} are not there: ${listed(missing, 3)}. See "headstart predict --status"; the "headstart predict … --queue" command line of the run queues anew what is missing.`,
    );
  }
}

/** The input of a run has not been split to its end. */
export class UnfinishedSplitError extends HeadstartError {
  readonly code = "SPLIT_UNFINISHED";

  constructor(place: string) {
    super(
      `${place}: the input has not been split to its end. Let the "headstart predict … --queue" command finish, or run it again: it goes on where it stopped.`,
    );
  }
}

/** The rows of one shard are too large for a message. */
export class ShardTooLargeError extends HeadstartError {
  readonly code = "SHARD_TOO_LARGE";

  constructor(rows: readonly [first: number, last: number], bytes: number, limit: number) {
    super(
      `rows ${rows[0]} to ${rows[1]}: ${Math.round(bytes / 1e6)} MB when packed, more than the ${limit / 1e6} MB that are put in a queue. Shorten the texts, or predict without --queue.`,
    );
  }
}

/** A worker does not see the place that shards are to be put in. */
export class StoreUnknownError extends HeadstartError {
  readonly code = "STORE_UNKNOWN";

  constructor(place: string, told: string) {
    super(
      `${place}: holds no run.json of the shard that was taken, which is to be put in ${told} of the host that split the input. Name that folder, as this host sees it, with --out.`,
    );
  }
}

/** A shard was made for another model, or by another version of Headstart. */
export class ShardModelError extends HeadstartError {
  readonly code = "SHARD_MODEL";

  constructor(wanted: string, found: string) {
    super(
      `a shard is for the model ${wanted.slice(0, 12)}, the worker has ${found.slice(0, 12)}: give every worker the same folder and version of Headstart.`,
    );
  }
}
