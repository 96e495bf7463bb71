import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/distribute/connection.js";
import { QueueConnectionError } from "../../src/distribute/errors.js";
import type { RunStatus } from "../../src/distribute/status.js";
import { silentLog } from "../../src/log.js";
import { Random } from "../../src/random.js";
import { headstart } from "../cli/headstart.js";
import { Running } from "./processes.js";
import { RedisServer, withoutRedis } from "./redis.js";
import { saveSmallModel } from "./small-model.js";
import { csv, jsonLines } from "./tables.js";

const title = (sentence: string) => `${withoutRedis ?? ""}${sentence}`;
const running = new Set<Running>();
let folder: string;
let redis: RedisServer;

beforeAll(async () => {
  if (withoutRedis) return;
  folder = mkdtempSync(join(tmpdir(), "headstart-queue-"));
  redis = await RedisServer.start(join(folder, "redis"));
  await saveSmallModel(join(folder, "model"));
});

afterEach(async () => {
  for (const process of running) process.kill("SIGKILL");
  await Promise.all([...running].map(({ ended }) => ended));
  running.clear();
});

afterAll(async () => {
  if (withoutRedis) return;
  await redis.kill();
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]) => headstart(args, { cwd: folder });

function begin(args: string[], onLine?: (line: string) => void): Running {
  const started = new Running(args, folder, onLine);
  running.add(started);
  return started;
}

function worker(onLine?: (line: string) => void, ...flags: string[]): Running {
  return begin(["worker", "model", "--queue", redis.url, "--stalled-after", "2", ...flags], onLine);
}

async function statusOf(out: string): Promise<RunStatus> {
  const { code, stdout, stderr } = await run("predict", "--status", "--out", out, "--queue", redis.url, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

async function complete(out: string): Promise<RunStatus> {
  for (;;) {
    const status = await statusOf(out);
    if (status.shards.done === status.shards.total) return status;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

describe.skipIf(withoutRedis)("predict --queue", () => {
  it(title("gives predict's bytes though workers and Redis are killed"), { timeout: 300_000 }, async () => {
    writeFileSync(join(folder, "rows.csv"), csv(24_000));
    const random = new Random(7);
    let kills = 0;
    /** A worker that dies, perhaps, when it has labelled a shard and is in the middle of others; the next one takes its place. */
    const mortal = () => {
      const started = worker((line) => {
        if (kills === 4 || !line.startsWith("shard-") || random.uniform() < 0.4) return;
        kills++;
        started.kill("SIGKILL");
        mortal();
      });
    };
    for (let i = 0; i < 3; i++) mortal();
    const args = ["predict", "model", "rows.csv", "--queue", redis.url, "--out", "shards", "--ahead", "6"];
    const splitting = begin(args, undefined);
    while (kills < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await redis.kill();
    await redis.start();
    expect(await splitting.ended, splitting.stderr).toBe(0);
    const status = await complete("shards");
    expect(kills).toBe(4);
    expect(status).toMatchObject({
      shards: { done: 12, total: 12 },
      rows: { done: 24_000, total: 24_000 },
      failed: [],
    });

    const joined = await run("predict", "--join", "joined.csv", "--out", "shards");
    expect(joined.code, joined.stderr).toBe(0);
    expect((await run("predict", "model", "rows.csv", "--out", "whole.csv")).code).toBe(0);
    expect(readFileSync(join(folder, "joined.csv")).equals(readFileSync(join(folder, "whole.csv")))).toBe(true);
  });

  it(title("goes on where a killed one stopped, and queues anew what was lost"), async () => {
    writeFileSync(join(folder, "again.csv"), csv(9000));
    const args = ["predict", "model", "again.csv", "--queue", redis.url, "--out", "again"];
    const first = begin([...args, "--ahead", "2"]);
    await first.says("no worker takes shards of this model yet");
    while ((await statusOf("again").catch(() => undefined))?.queue?.waiting !== 2) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    first.kill("SIGKILL");
    await first.ended;
    const early = await run("predict", "--join", "again-joined.csv", "--out", "again");
    expect(early.stderr).toContain("(SPLIT_UNFINISHED)");
    expect(await worker(undefined, "--until-idle", "1").ended).toBe(0);
    const status = await statusOf("again");
    expect(status.shards).toEqual({ done: 2 });

    const second = await run(...args);
    expect(second.code, second.stderr).toBe(0);
    expect(second.stderr).toContain("split 9,000 rows into 5 shards, 2 of them labelled before");
    const last = worker();
    await complete("again");
    last.kill("SIGTERM");
    expect(await last.ended, last.stderr).toBe(0);
    expect((await run("predict", "--join", "-", "--out", "again")).stdout).toBe(
      (await run("predict", "model", "again.csv")).stdout,
    );
  });

  it(title("says which rows no worker can label, and labels the others"), async () => {
    const late = `${JSON.stringify({ id: 4000, text: "late bus", label: "positive" })}\n`;
    writeFileSync(join(folder, "late.jsonl"), `${jsonLines(4000)}${late}${jsonLines(200)}`);
    const split = await run("predict", "model", "late.jsonl", "--queue", redis.url, "--out", "late");
    expect(split.code, split.stderr).toBe(0);
    const { ended } = worker(undefined, "--until-idle", "1");
    expect(await ended).toBe(0);
    const { shards, failed } = await statusOf("late");
    expect(shards).toEqual({ done: 2, total: 3 });
    expect(failed).toEqual([
      { file: expect.stringContaining("shard-000000001-"), reason: expect.stringContaining("late.jsonl:4001") },
    ]);
    const joined = await run("predict", "--join", "late-joined.jsonl", "--out", "late");
    expect([joined.code, joined.stderr]).toEqual([1, expect.stringContaining("1 of 3 shards are not there")]);
  });

  it(title("has workers refuse shards that are not theirs"), async () => {
    writeFileSync(join(folder, "few.csv"), csv(100));
    expect((await run("predict", "model", "few.csv", "--queue", redis.url, "--out", "few")).code).toBe(0);
    cpSync(join(folder, "model"), join(folder, "other"), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(folder, "other/headstart.json"), "utf8"));
    manifest.labels.reverse();
    writeFileSync(join(folder, "other/headstart.json"), JSON.stringify(manifest));
    const other = await run("worker", "other", "--queue", redis.url, "--until-idle", "1");
    expect([other.code, other.stderr]).toEqual([0, expect.stringContaining("1 shard of another model")]);

    // More often than a shard is tried, as one does that a supervisor starts again and again.
    for (let start = 0; start < 6; start++) {
      const blind = await run("worker", "model", "--queue", redis.url, "--out", "not-there", "--until-idle", "5");
      expect([blind.code, blind.stderr]).toEqual([1, expect.stringContaining("(STORE_UNKNOWN)")]);
    }
    expect(await statusOf("few")).toMatchObject({ queue: { waiting: 1 }, failed: [] });
    expect((await run("worker", "model", "--queue", redis.url, "--until-idle", "1")).code).toBe(0);
    expect((await statusOf("few")).shards).toEqual({ done: 1, total: 1 });
  });

  it(title("is of one arithmetic"), async () => {
    writeFileSync(join(folder, "int8.csv"), csv(100));
    const int8 = ["--arithmetic", "int8"];
    const queued = await run("predict", "model", "int8.csv", "--queue", redis.url, "--out", "int8", ...int8);
    expect(queued.stderr).toMatch(/headstart worker model --queue \S+ --arithmetic int8\n/);
    const float = await run("worker", "model", "--queue", redis.url, "--until-idle", "1");
    expect(float.stderr).toContain("another --arithmetic are waiting");
    expect((await run("worker", "model", "--queue", redis.url, "--until-idle", "1", ...int8)).code).toBe(0);
    const joined = await run("predict", "--join", "-", "--out", "int8");
    expect(joined.stdout).toBe((await run("predict", "model", "int8.csv", ...int8)).stdout);
  });
});

describe.skipIf(withoutRedis)("predict --queue of a file that is not there", () => {
  it(title("says so and ends"), async () => {
    const missing = await run("predict", "model", "none.csv", "--queue", redis.url, "--out", "none");
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("(FILE_MISSING)")]);
  });
});

describe.skipIf(withoutRedis)("predict --queue where Redis is full", () => {
  it(title("says so, and goes on once there is room"), async () => {
    writeFileSync(join(folder, "full.csv"), csv(3000));
    const client = new Redis(redis.url);
    await client.config("SET", "maxmemory", "1mb");
    const args = ["predict", "model", "full.csv", "--queue", redis.url, "--out", "full"];
    const full = await run(...args);
    expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/shard-0.*OOM.*\(QUEUE_REFUSED\)/)]);
    await client.config("SET", "maxmemory", "0");
    client.disconnect();
    const again = await run(...args);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("split 3,000 rows into 2 shards")]);
  });
});

describe("a queue that cannot be used", () => {
  it.each([
    ["NOAUTH HELLO must be called with the client already authenticated.", "redis://a: it asks for a password."],
    ["WRONGPASS invalid username-password pair or user is disabled.", "redis://a: the user or the password is wrong."],
    ["LOADING Redis is loading.", "redis://a: LOADING Redis is loading. A queue"],
  ])("is told by what Redis answers: %s", (answer, told) => {
    expect(new QueueConnectionError("redis://a", new Error(answer)).message).toContain(told);
  });

  it.each([
    ["speaks HTTP", (socket: Socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), "no Redis", 30_000],
    ["says nothing", () => {}, "no answer", 200],
  ])("is told where what listens %s", async (_name, onConnection, told, msToAnswer) => {
    const server = createServer(onConnection).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(connect(url, silentLog, msToAnswer)).rejects.toThrow(new RegExp(`${told}.*A queue is named as`));
    server.close();
  });
});

describe("predict --queue without what it needs", () => {
  it.each([
    [["predict", "model", "rows.csv", "--queue", "redis://localhost:1"], 2, "--queue needs --out"],
    [
      ["predict", "model", "rows.csv", "--queue", "redis://localhost:1", "--out", "o", "--resume"],
      2,
      "--resume is not needed",
    ],
    [["predict", "--status"], 2, "--status needs --out"],
    [["predict", "--status", "--out", "nothing"], 1, "(RUN_NOT_FOUND)"],
    [["predict", "--join", "all.csv", "--out", "nothing"], 1, "(RUN_NOT_FOUND)"],
    [["predict"], 2, "predict needs a model folder"],
    [["worker", "model"], 2, "--queue <redis-url>"],
  ] as const)("%j exits with %i and says %s", async (args, code, words) => {
    const result = await headstart([...args], { cwd: tmpdir() });
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(words)]);
  });

  it("says that Redis cannot be reached, without its password", async () => {
    const url = "redis://ada:secret@127.0.0.1:1";
    const cwd = mkdtempSync(join(tmpdir(), "headstart-queue-"));
    await saveSmallModel(join(cwd, "model"));
    const { code, stderr } = await headstart(["worker", "model", "--queue", url], { cwd });
    rmSync(cwd, { recursive: true });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: redis:\/\/…@127\.0\.0\.1:1: nothing listens there\. .*\(QUEUE_CONNECTION\)\n$/);
  });
});
