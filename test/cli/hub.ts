import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A model hub on this machine: `/<org>/<name>/resolve/main/<file>`. */
export interface LocalHub {
  /** For HF_ENDPOINT. */
  address: string;
  /** `<method> <path>` of each request, in order. */
  requests: string[];
  /** Files whose next download breaks off in the middle, by their end. */
  breakOff: Set<string>;
  /** Files that are sent by half, with nothing after that. */
  stalling: Set<string>;
  /** Files that are answered with a status, by their end. */
  failing: Map<string, number>;
  /** Without it in the request's authorization, all is refused. */
  token?: string;
  close(): Promise<void>;
}

/** @param models folder of each id. */
export async function serveHub(models: Record<string, string>): Promise<LocalHub> {
  const server = createServer((request, response) => answer(models, hub, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const hub: LocalHub = {
    address: `http://127.0.0.1:${port}`,
    requests: [],
    breakOff: new Set(),
    stalling: new Set(),
    failing: new Map(),
    close: () => closed(server),
  };
  return hub;
}

function answer(
  models: Record<string, string>,
  { requests, breakOff, stalling, failing, token }: LocalHub,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  requests.push(`${request.method} ${request.url}`);
  const [, id, file] = /\/([^/]+\/[^/]+)\/resolve\/main\/([^?]+)/.exec(request.url ?? "") ?? [];
  const isRefused = token !== undefined && request.headers.authorization !== `Bearer ${token}`;
  const status = isRefused ? 401 : [...failing].find(([end]) => file?.endsWith(end))?.[1];
  const path = models[id] && join(models[id], file);
  if (status || !path || !existsSync(path) || !statSync(path).isFile()) {
    response.writeHead(status ?? 404).end();
    return;
  }
  const bytes = readFileSync(path);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, bytes.length];
  response.writeHead(range ? 206 : 200, {
    etag: `"${bytes.length}"`,
    "content-length": end - start,
    ...(range && { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` }),
  });
  if (request.method === "HEAD") response.end();
  else if (!range && breakOff.delete(file))
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  else if (!range && stalling.has(file)) response.write(bytes.subarray(0, bytes.length / 2));
  else response.end(bytes.subarray(start, end));
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
