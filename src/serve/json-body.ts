import { TextDecoder } from "node:util";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { InvalidRequestError } from "./errors.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bodies are JSON in UTF-8 and nothing else; others are refused with what is wrong with them. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (request: FastifyRequest, body: Buffer) =>
    parsedBody(request, body),
  );
}

/** @throws InvalidRequestError */
function parsedBody({ headers }: FastifyRequest, body: Buffer): unknown {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new InvalidRequestError(`The body is sent as ${encoding}; it has to be sent as it is.`, 415);
  }
  if (body.length === 0) throw new InvalidRequestError("The body is empty; expected JSON.");
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new InvalidRequestError("The body is not UTF-8.");
  }
  try {
    return JSON.parse(text); // what it may hold is up to the schemas, which know of no __proto__
  } catch (error) {
    throw new InvalidRequestError(`The body is not JSON: ${(error as Error).message}.`);
  }
}
