import type { FastifyError, FastifyRequest } from "fastify";
import { nearestName } from "../data/nearest.js";
import { counted, quote } from "../data/wording.js";
import { mostTexts } from "./schemas.js";

/** What a schema's validation found. */
export type Finding = NonNullable<FastifyError["validation"]>[number];

/** Says it in words: where, what was found, what is allowed. */
export function sentenceOf({ instancePath, keyword, params, message }: Finding, request: FastifyRequest): string {
  const { body } = request;
  const unknown = unknownField(request);
  if (unknown) return unknown;
  const place = instancePath.slice(1).replace(/\/(\d+)/g, "[$1]");
  if (place === "") return `Expected an object with ${wanted(request)}.`;
  const found = valueAt(body, instancePath);
  const limit = Number(params.limit).toLocaleString("en-US");
  switch (keyword) {
    case "pattern":
      return `${place}: the text is empty.`;
    case "type":
      return `${place}: found ${quote(found)}, expected ${params.type === "integer" ? "an" : "a"} ${params.type}.`;
    case "maxLength":
      return `${place}: ${counted([...(found as string)].length, "character")}; at most ${limit} are allowed (--max-chars).`;
    case "minItems":
    case "maxItems":
      return `${place}: ${counted((found as unknown[]).length, "text")}; at ${keyword === "minItems" ? "least" : "most"} ${limit} are allowed.`;
    case "minimum":
    case "maximum":
      return `${place}: found ${found}, expected at ${keyword === "minimum" ? "least" : "most"} ${limit}.`;
    default:
      return `${place}: ${message}.`;
  }
}

/** What a request cannot do without. */
function wanted(request: FastifyRequest): string {
  const several = `either text, one string, or texts, a list of up to ${mostTexts.toLocaleString("en-US")} strings`;
  return fieldsOf(request).includes("texts") ? several : "text, one string";
}

function fieldsOf({ routeOptions }: FastifyRequest): string[] {
  const { properties } = (routeOptions.schema?.body ?? {}) as { properties?: object };
  return Object.keys(properties ?? {});
}

/** A field that the route's schema does not know, which makes whatever else was found beside the point. */
function unknownField(request: FastifyRequest): string | undefined {
  const { body } = request;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const fields = fieldsOf(request);
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  if (unknown === undefined) return undefined;
  const near = nearestName(unknown, fields);
  return `${unknown}: there is no such field${near ? `; did you mean ${near}?` : `; there are ${fields.join(", ")}.`}`;
}

/** @param path a JSON pointer to what is there */
function valueAt(body: unknown, path: string): unknown {
  const keys = path.split("/").slice(1);
  return keys.reduce((value, key) => (value as Record<string, unknown>)[key], body);
}
