import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";

const folder = fileURLToPath(new URL("../../page/", import.meta.url));
const require = createRequire(import.meta.url);

/** Packages that the page's scripts import, by the path that they are served under. */
const packages = {
  "/vendor/csv-parse.js": "csv-parse/browser/esm/sync",
  "/vendor/csv-stringify.js": "csv-stringify/browser/esm/sync",
};

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** All that the page is made of is served from here, and the browser is told to fetch from nowhere else. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the page and its files from memory. */
export function servePage(app: FastifyInstance): void {
  const files = new Map(readdirSync(folder).map((name) => [`/${name}`, join(folder, name)]));
  files.set("/", join(folder, "index.html"));
  files.delete("/index.html");
  for (const [path, name] of Object.entries(packages)) files.set(path, require.resolve(name));
  for (const [path, file] of files) {
    const content = readFileSync(file);
    app.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .type(types[extname(file)] ?? "application/octet-stream")
        .header("content-security-policy", policy)
        .header("cache-control", "no-cache")
        .send(content),
    );
  }
}
