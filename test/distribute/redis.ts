import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";

const program = ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);

/** Why tests with a real queue cannot run here: .ci/run installs one, and says so where it cannot. */
export const withoutRedis: string | undefined = program
  ? undefined
  : "[neither redis-server nor valkey-server is installed] ";

/** A Redis or Valkey of the test's own, which keeps its data in `folder`. */
export class RedisServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
  ) {}

  static async start(folder: string): Promise<RedisServer> {
    mkdirSync(folder, { recursive: true });
    const server = new RedisServer(await freePort(), folder);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    if (!program) throw new Error("Neither redis-server nor valkey-server is installed.");
    const kept = ["--dir", this.folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    this.#process = spawn(program, ["--port", `${this.port}`, "--bind", "127.0.0.1", ...kept]);
    let told = "";
    for await (const chunk of this.#process.stdout!) {
      told += chunk;
      if (/ready to accept connections/i.test(told)) break;
    }
    this.#process.stdout!.resume();
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    const ended = once(this.#process!, "exit");
    this.#process!.kill("SIGKILL");
    await ended;
  }
}

/** One that nothing listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
