import { nearestName } from "../data/nearest.js";
import { listed } from "../data/wording.js";
import { HeadstartError } from "../errors.js";

/** A failure that the one who sent a request can mend; `status` is the HTTP status of the answer. */
export abstract class RequestError extends HeadstartError {
  abstract readonly status: number;
  /** Seconds after which to try again, for the header Retry-After. */
  readonly retryAfterS?: number;
}

/** A request is not JSON, has not the form that /openapi.json describes, or took too long to arrive. */
export class InvalidRequestError extends RequestError {
  readonly code = "INVALID_REQUEST";

  constructor(
    problem: string,
    readonly status = 400,
  ) {
    super(`${problem} What is allowed is in /openapi.json.`);
  }
}

/** A request is for a model, or a path, that is not served. */
export class NotServedError extends RequestError {
  readonly code = "NOT_SERVED";
  readonly status = 404;

  constructor(kind: "model" | "path", wanted: string, served: readonly string[]) {
    const near = nearestName(wanted, served);
    super(
      `${wanted}: no such ${kind} is served${near ? `; did you mean ${near}?` : "."} There is ${listed(served, 20)}.`,
    );
  }
}

/** Neighbours are asked of a model that was given no examples. */
export class NoExamplesError extends RequestError {
  readonly code = "NO_EXAMPLES";
  readonly status = 404;

  constructor(model: string) {
    super(`${model}: no labelled texts to look among. Start with \`headstart serve … --examples ${model}=<file>\`.`);
  }
}

/** A request came without the token that the server was started with. */
export class UnauthorizedError extends RequestError {
  readonly code = "UNAUTHORIZED";
  readonly status = 401;

  constructor() {
    super("The header `Authorization: Bearer <token>` is missing or holds another token.");
  }
}

/** More texts are waiting than the server was told to keep. */
export class QueueFullError extends RequestError {
  readonly code = "QUEUE_FULL";
  readonly status = 429;

  constructor(
    waiting: number,
    limit: number,
    override readonly retryAfterS: number,
  ) {
    super(`${waiting} texts are waiting and ${limit} are allowed (--max-queue). Try again in ${retryAfterS} s.`);
  }
}

/** A request was accepted, but its texts could not be computed in time. */
export class TimedOutError extends RequestError {
  readonly code = "TIMED_OUT";
  readonly status = 503;
  override readonly retryAfterS = 1;

  constructor(timeoutMs: number) {
    super(`Not computed within ${timeoutMs} ms (--timeout-ms). Send fewer texts at a time, or try again later.`);
  }
}

/** Whoever sent a request hung up before it was answered; its texts are not computed. */
export class ClientLeftError extends RequestError {
  readonly code = "CLIENT_LEFT";
  readonly status = 499;

  constructor() {
    super("The client closed the connection before the answer.");
  }
}

/** Two folders would be served under one name. */
export class DuplicateNameError extends HeadstartError {
  readonly code = "DUPLICATE_NAME";

  constructor(name: string, folders: readonly string[]) {
    super(`${folders.join(" and ")} would both be called ${name}. Name one: \`other-name=${folders[1]}\`.`);
  }
}

/** Examples are given for a model that is not served, or for none of several. */
export class ExamplesModelError extends HeadstartError {
  readonly code = "EXAMPLES_MODEL";

  constructor(given: string, models: readonly string[]) {
    super(
      `--examples ${given}: say for which model, as in \`--examples ${models[0]}=<file>\`. Served: ${listed(models, 20)}.`,
    );
  }
}

/** The server cannot listen where it was told to. */
export class ListenError extends HeadstartError {
  readonly code = "LISTEN";

  constructor(host: string, port: number, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: "something else listens there. Choose another --port, or 0 for any that is free",
      EACCES: "permission denied. Choose a --port above 1023",
      EADDRNOTAVAIL: "this machine has no such address. Choose another --host",
      ENOTFOUND: "there is no such host. Choose another --host",
    };
    super(`${host}:${port}: ${reasons[code ?? ""] ?? message}.`, { cause });
  }
}
