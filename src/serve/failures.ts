import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { nearestName } from "../data/nearest.js";
import type { Log } from "../log.js";
import { InvalidRequestError, NotServedError, RequestError } from "./errors.js";

/** Makes every failure an answer `{ code, message }`; what nobody expected is told to the log and not to the client. */
export function answerFailures(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = knownFailure(error, request);
    if (!known) log.warn(`${request.method} ${request.url}: ${error.stack}`);
    send(reply, known);
  });
  app.setNotFoundHandler((request, reply) => {
    const paths = ["/predict", "/models", "/neighbours", "/health", "/ready", "/metrics", "/openapi.json", "/"];
    send(reply, new NotServedError("path", request.url.split("?")[0], paths));
  });
}

function send(reply: FastifyReply, error: RequestError | undefined): void {
  if (error?.retryAfterS) reply.header("retry-after", error.retryAfterS);
  reply.status(error?.status ?? 500).send({
    code: error?.code ?? "BUG",
    message: error?.message ?? "This is a bug in headstart; the server's log has the details.",
  });
}

function knownFailure(error: FastifyError, request: FastifyRequest): RequestError | undefined {
  if (error instanceof RequestError) return error;
  const [finding] = error.validation ?? [];
  if (finding) return new InvalidRequestError(sentenceOf(finding, request.body));
  const status = error.statusCode ?? 500;
  if (status === 413) return new InvalidRequestError("The body is larger than this server takes (--max-body-mb).", 413);
  if (error.code === "FST_ERR_CTP_INVALID_JSON_BODY" || error.code === "FST_ERR_CTP_EMPTY_JSON_BODY") {
    return new InvalidRequestError("The body is not JSON.");
  }
  if (status === 415)
    return new InvalidRequestError("The body has to be JSON: send Content-Type: application/json.", 415);
  return status < 500 ? new InvalidRequestError(`${error.message.replace(/\.$/, "")}.`, status) : undefined;
}

type Finding = NonNullable<FastifyError["validation"]>[number];

const names = ["text", "texts", "model", "top", "threshold", "count"];

/** What a schema's validation found, in words: where, what was found, what is allowed. */
function sentenceOf({ instancePath, keyword, params, message }: Finding, body: unknown): string {
  const unknown = Object.keys(isObject(body) ? body : {}).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const near = nearestName(unknown, names);
    return `${unknown}: there is no such field${near ? `; did you mean ${near}?` : "."}`;
  }
  const place = instancePath.slice(1).replace(/\/(\d+)/g, "[$1]");
  if (place === "" && (keyword === "oneOf" || keyword === "required" || !isObject(body))) {
    return "Expected an object with either text, one string, or texts, a list of up to 1,000 strings.";
  }
  if (keyword === "pattern") return `${place}: the text is empty.`;
  if (keyword === "maxLength") return `${place}: longer than ${params.limit} characters (--max-chars).`;
  return `${place || "body"}: ${message}.`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
