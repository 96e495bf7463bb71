import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./redis.js";

/** Python with moto, a server that speaks S3 and keeps all in memory: on Python's own path, or in the folder HEADSTART_MOTO. */
const env = { ...process.env, ...(process.env.HEADSTART_MOTO && { PYTHONPATH: process.env.HEADSTART_MOTO }) };
const hasMoto = spawnSync("python3", ["-c", "import moto, flask, flask_cors"], { env }).status === 0;

/** Why tests with a real object store cannot run here: .ci/run installs one, and says so where it cannot. */
export const withoutS3: string | undefined = hasMoto ? undefined : "[moto's S3 server is not installed] ";

/** A server of the test's own. */
export class S3Server {
  #process: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  /** @param freeRequests so many are answered before credentials are looked at; all of them when missing */
  static async start(freeRequests?: number): Promise<S3Server> {
    const server = new S3Server(await freePort());
    const guarded = freeRequests === undefined ? {} : { INITIAL_NO_AUTH_ACTION_COUNT: `${freeRequests}` };
    server.#process = spawn("python3", ["-m", "moto.server", "-H", "127.0.0.1", "-p", `${server.port}`], {
      env: { ...env, ...guarded },
      stdio: "ignore",
    });
    while (!(await fetch(`${server.url}/moto-api/`).catch(() => undefined))) {
      if (server.#process.exitCode !== null) throw new Error("moto's server ended");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What a command needs to know of it. */
  get settings(): Record<string, string> {
    return storeSettings(this.url);
  }

  async makeBucket(name: string): Promise<void> {
    const { ok, status } = await fetch(`${this.url}/${name}`, { method: "PUT" });
    if (!ok) throw new Error(`${name}: ${status}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process!, "exit");
    this.#process!.kill("SIGKILL");
    await ended;
  }
}

/** The environment by which a store at `url` is found, whatever the one of the tests says. */
export function storeSettings(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_S3: "",
    AWS_ACCESS_KEY_ID: "somebody",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "",
    AWS_REGION: "us-east-1",
  };
}
