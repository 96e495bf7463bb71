import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request instead of an answer, or to its answer; undefined lets it pass. */
export type Fault = (method: string, headers: IncomingHttpHeaders) => "refuse" | "fail" | "hang up" | "cut" | undefined;

/** A store's host as it is on a bad day: in front of the real one, which gets what is let through. */
export async function startFaultyProxy(target: string, fault: Fault): Promise<{ url: string; stop(): void }> {
  const server = createServer((asked, answer) => {
    const { method = "", url, headers } = asked;
    const what = fault(method, headers);
    const chunks: Buffer[] = [];
    asked.on("data", (chunk) => chunks.push(chunk));
    asked.on("end", () => {
      if (what === "hang up") return asked.socket.destroy();
      if (what === "fail") return answer.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
      if (what === "refuse") return answer.writeHead(501).end("<Error><Code>NotImplemented</Code></Error>");
      const passed = request(`${target}${url}`, { method, headers }, (found) => {
        answer.writeHead(found.statusCode!, found.headers);
        if (what === "cut") cutOff(answer);
        else found.pipe(answer);
      });
      passed.end(Buffer.concat(chunks));
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close().closeAllConnections() };
}

function cutOff(answer: ServerResponse): void {
  answer.write("ha", () => answer.destroy());
}
