/** Requests to the server that this page comes from. */

const tokenKey = "headstart-token";

/** What one request may hold, from `getModels` on. */
let limits;
/** Of a request, beside its texts. */
const bytesOfTheRest = 1000;

/** An answer other than 200. */
export class Refused extends Error {
  constructor(status, message, retryAfterS) {
    super(message);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** Kept for this tab only. */
export function useToken(token) {
  sessionStorage.setItem(tokenKey, token);
}

export function hasToken() {
  return sessionStorage.getItem(tokenKey) !== null;
}

/** @returns the models, and the limits of a request */
export async function getModels() {
  const answer = await ask("models", {});
  limits = answer.limits;
  return answer;
}

/** @returns the predictions of one model, in the order of the texts; asked in several requests where one cannot hold them */
export async function predict(model, texts, { top, signal } = {}) {
  const predictions = [];
  for (const some of requestsOf(texts)) {
    const { results } = await post("predict", { model, texts: some, top }, signal);
    predictions.push(...results[0].predictions);
  }
  return predictions;
}

function* requestsOf(texts) {
  const encoder = new TextEncoder();
  let some = [];
  let bytes = bytesOfTheRest;
  for (const text of texts) {
    const size = encoder.encode(JSON.stringify(text)).length + 1;
    if (some.length === limits.texts || (some.length > 0 && bytes + size > limits.bytes)) {
      yield some;
      some = [];
      bytes = bytesOfTheRest;
    }
    some.push(text);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

/** @returns texts with labels and similarity, nearest first */
export async function neighbours(model, text, signal) {
  return (await post("neighbours", { model, text, count: 5 }, signal)).neighbours;
}

function post(path, body, signal) {
  return ask(path, { method: "POST", body: JSON.stringify(body), signal });
}

async function ask(path, options) {
  const headers = {};
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers.authorization = `Bearer ${token}`;
  if (options.body) headers["content-type"] = "application/json";
  const response = await fetch(path, { ...options, headers }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "The server does not answer. Is it still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Refused(
    response.status,
    answer.message ?? `Status ${response.status}.`,
    Number(response.headers.get("retry-after")),
  );
}
