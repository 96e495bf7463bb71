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
      ETIMEDOUT: "there is no answer",
    };
    const answers: [RegExp, string][] = [
      [/^Unknown RESP type/, "what listens there is no Redis"],
      [/^NOAUTH/, "it asks for a password"],
      [/^WRONGPASS/, "the user or the password is wrong"],
    ];
    const told = answers.find(([answer]) => answer.test(message))?.[1] ?? message.replace(/\.$/, "");
    super(`${url}: ${reasons[code ?? ""] ?? told}. A queue is named as redis://user:password@host:6379.`, { cause });
  }
}

/** Redis does not take a shard: its memory or disk is full, or it is a replica. */
export class QueueRefusedError extends HeadstartError {
  readonly code = "QUEUE_REFUSED";

  constructor(file: string, cause: Error) {
    super(
      `${file}: Redis does not take it: ${cause.message.replace(/\.? script: .*$/, "")}. Where its memory is full, let fewer shards wait (--ahead) or raise maxmemory; the same command line goes on.`,
      { cause },
    );
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

/** What is named is no place for shards. */
export class StoreAddressError extends HeadstartError {
  readonly code = "STORE_ADDRESS";

  constructor(found: string) {
    super(
      `${found}: not understood. Shards are put in a folder or under s3://bucket/prefix; where the store is not Amazon's, its address is in AWS_ENDPOINT_URL, as https://host:port.`,
    );
  }
}

/** An object store is named, and no credentials for it. */
export class StoreCredentialsError extends HeadstartError {
  readonly code = "STORE_CREDENTIALS";

  constructor(bucket: string) {
    super(
      `s3://${bucket}: no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where they are temporary; of a profile or a role: eval "$(aws configure export-credentials --format env)".`,
    );
  }
}

/** An object store refuses what is asked of a bucket. */
export class StoreAccessError extends HeadstartError {
  readonly code = "STORE_ACCESS";

  /** @param answer status, S3's code and the body of the refusal */
  constructor(bucket: string, host: string, answer: { status: number; code?: string; body: Buffer }) {
    const { status, code = "" } = answer;
    const forbidden =
      "forbidden. The credentials have to allow s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on what is in it";
    const reasons: Record<string, string> = {
      NoSuchBucket: "there is no such bucket. Create it, or name another endpoint in AWS_ENDPOINT_URL",
      InvalidAccessKeyId: "AWS_ACCESS_KEY_ID is not known there",
      SignatureDoesNotMatch: "AWS_SECRET_ACCESS_KEY is not that of AWS_ACCESS_KEY_ID",
      ExpiredToken: "the credentials have expired. Get new ones, and start again",
      PermanentRedirect: "the bucket is in another region. Set AWS_REGION to that",
      AuthorizationHeaderMalformed: "the bucket is in another region. Set AWS_REGION to that",
      RequestTimeTooSkewed: "the clock of this host is wrong",
    };
    const told = /<Message>([^<]+)<\/Message>/.exec(answer.body.toString())?.[1];
    const otherwise = status === 403 ? forbidden : `it answers ${status} ${code || "and nothing that S3 would say"}`;
    const reason = reasons[code] ?? (told && status !== 403 ? `${otherwise}: ${told}` : otherwise);
    super(`${bucket} at ${host}: ${reason.replace(/\.$/, "")}.`);
  }
}

/** An object store does not answer, or says that it cannot at present. */
export class StoreUnreachableError extends HeadstartError {
  readonly code = "STORE_UNREACHABLE";

  /** @param found what the last attempt ended with */
  constructor(bucket: string, host: string, found: Error | { status: number; code?: string }) {
    super(`${bucket} at ${host}: ${reasonOf(found)}. The endpoint is what AWS_ENDPOINT_URL names.`, {
      cause: found instanceof Error ? found : undefined,
    });
  }
}

function reasonOf(found: Error | { status: number; code?: string }): string {
  if (!(found instanceof Error)) return `it answers ${found.status} ${found.code ?? ""}`.trim();
  const { code, message } = (found.cause ?? found) as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ECONNREFUSED: "nothing listens there",
    ENOTFOUND: "the host's name is not known",
    EAI_AGAIN: "the host's name cannot be looked up at present",
  };
  return reasons[code ?? ""] ?? `no answer: ${message || code}`;
}
