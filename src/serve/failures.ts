import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../log.js";
import { InvalidRequestError, NotServedError, RequestError } from "./errors.js";
import { sentenceOf } from "./findings.js";

const paths = ["/predict", "/models", "/neighbours", "/health", "/ready", "/metrics", "/openapi.json", "/"];

/** Makes every failure an answer `{ code, message }`; what nobody expected is told to the log and not to the client. */
export function answerFailures(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = knownFailure(error, request);
    if (!known) log.warn(`${request.method} ${request.url}: ${error.stack}`);
    send(reply, known);
  });
  app.setNotFoundHandler(({ method, url: target }, reply) => {
    const url = target.split("?")[0];
    const allowed = (["GET", "POST"] as const).filter((each) => app.hasRoute({ method: each, url }));
    if (allowed.length === 0) return send(reply, new NotServedError("path", url, paths));
    reply.header("allow", allowed.join(", "));
    send(reply, new InvalidRequestError(`${url} answers ${allowed.join(" and ")}, not ${method}.`, 405));
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
  if (finding) return new InvalidRequestError(sentenceOf(finding, request));
  const status = error.statusCode ?? 500;
  if (status === 413) {
    const limit = request.routeOptions.bodyLimit?.toLocaleString("en-US");
    return new InvalidRequestError(`The body is larger than ${limit} bytes (--max-body-mb).`, 413);
  }
  if (status === 415)
    return new InvalidRequestError("The body has to be JSON: send Content-Type: application/json.", 415);
  return status < 500 ? new InvalidRequestError(`${error.message.replace(/\.$/, "")}.`, status) : undefined;
}
