import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RunStatus } from "../../src/distribute/status.js";
import { Random } from "../../src/random.js";
import { headstart } from "../cli/headstart.js";
import { Running } from "./processes.js";
import { RedisServer, withoutRedis } from "./redis.js";
import { S3Server, storeSettings, withoutS3 } from "./s3.js";
import { saveSmallModel } from "./small-model.js";
import { csv } from "./tables.js";

const missing = withoutRedis ?? withoutS3;
const title = (sentence: string) => `${missing ?? ""}${sentence}`;
const running = new Set<Running>();
let folder: string;
let redis: RedisServer;
let s3: S3Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-objects-"));
  if (missing) return;
  redis = await RedisServer.start(join(folder, "redis"));
  s3 = await S3Server.start();
  await s3.makeBucket("results");
  await saveSmallModel(join(folder, "model"));
});

afterEach(async () => {
  for (const process of running) process.kill("SIGKILL");
  await Promise.all([...running].map(({ ended }) => ended));
  running.clear();
});

afterAll(async () => {
  if (!missing) await Promise.all([redis.kill(), s3.stop()]);
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]) => headstart(args, { cwd: folder, env: s3?.settings });

function worker(onLine?: (line: string) => void, ...flags: string[]): Running {
  const args = ["worker", "model", "--queue", redis.url, "--stalled-after", "2", ...flags];
  const started = new Running(args, folder, onLine, s3.settings);
  running.add(started);
  return started;
}

describe.skipIf(missing)("predict --queue --out s3://", () => {
  const out = "s3://results/run 1/labelled";

  it(title("gives predict's bytes though workers are killed"), { timeout: 300_000 }, async () => {
    writeFileSync(join(folder, "rows.csv"), csv(12_000));
    const random = new Random(7);
    let kills = 0;
    const mortal = () => {
      const started = worker((line) => {
        if (kills === 3 || !line.startsWith("shard-") || random.uniform() < 0.4) return;
        kills++;
        started.kill("SIGKILL");
        mortal();
      });
    };
    for (let i = 0; i < 3; i++) mortal();
    const split = await run("predict", "model", "rows.csv", "--queue", redis.url, "--out", out);
    expect(split.code, split.stderr).toBe(0);
    let status: RunStatus;
    do {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const told = await run("predict", "--status", "--out", out, "--json");
      expect(told.code, told.stderr).toBe(0);
      status = JSON.parse(told.stdout);
    } while (status.shards.done < 6);
    expect(kills).toBe(3);
    expect(status).toMatchObject({ shards: { done: 6, total: 6 }, rows: { done: 12_000, total: 12_000 } });

    const joined = await run("predict", "--join", "joined.csv", "--out", out);
    expect(joined.code, joined.stderr).toBe(0);
    expect((await run("predict", "model", "rows.csv", "--out", "whole.csv")).code).toBe(0);
    expect(readFileSync(join(folder, "joined.csv")).equals(readFileSync(join(folder, "whole.csv")))).toBe(true);
  });

  it(title("ends a worker that cannot write there, and gives its shards to others"), async () => {
    writeFileSync(join(folder, "few.csv"), csv(100));
    const few = "s3://results/few";
    expect((await run("predict", "model", "few.csv", "--queue", redis.url, "--out", few)).code).toBe(0);
    const poor = worker(undefined, "--out", "s3://nobody/few");
    expect([await poor.ended, poor.stderr]).toEqual([1, expect.stringContaining("there is no such bucket")]);
    const rich = worker(undefined, "--until-idle", "1");
    expect(await rich.ended, rich.stderr).toBe(0);
    expect((await run("predict", "--status", "--out", few)).stdout).toMatch(/shards +1 of 1/);
  });
});

describe("predict --out s3:// without what it needs", () => {
  const out = "s3://bucket/prefix";
  const nobody = { ...storeSettings("http://127.0.0.1:1"), AWS_ACCESS_KEY_ID: "" };
  it.each([
    [["predict", "model", "rows.csv", "--out", out], 2, "--out s3://bucket/prefix needs --queue"],
    [["predict", "--status", "--out", out], 1, "(STORE_CREDENTIALS)"],
    [["predict", "--join", "all.csv", "--out", "gs://bucket"], 1, "(STORE_ADDRESS)"],
  ] as const)("%j exits with %i and says %s", async (args, code, words) => {
    const result = await headstart([...args], { cwd: tmpdir(), env: nobody });
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(words)]);
  });
});
