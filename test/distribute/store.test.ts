import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  StoreAccessError,
  StoreAddressError,
  StoreCredentialsError,
  StoreUnreachableError,
} from "../../src/distribute/errors.js";
import { objectStore } from "../../src/distribute/object-store.js";
import { openStore } from "../../src/distribute/store.js";
import { type Fault, startFaultyProxy } from "./faulty-proxy.js";
import { freePort } from "./redis.js";
import { S3Server, storeSettings, withoutS3 } from "./s3.js";

const title = (sentence: string) => `${withoutS3 ?? ""}${sentence}`;
let folder: string;
let s3: S3Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-store-"));
  if (withoutS3) return;
  s3 = await S3Server.start();
  await s3.makeBucket("shards");
});

afterEach(() => vi.unstubAllEnvs());

afterAll(async () => {
  rmSync(folder, { recursive: true });
  if (!withoutS3) await s3.stop();
});

/** Finds stores at an address from here on. */
function use(url: string, more: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries({ ...storeSettings(url), ...more })) vi.stubEnv(name, value);
}

async function writeAndRead(place: string): Promise<void> {
  const store = openStore(place);
  await store.prepare();
  expect([await store.list(), await store.has("a"), await store.read("a")]).toEqual([new Set(), false, undefined]);
  const bytes = Buffer.from([0, 255, 13, 10, 128]);
  await store.write("a", bytes);
  await store.write("b", Buffer.from(""));
  await store.write("a", Buffer.from("later"));
  await store.write("b", Buffer.from("new"), { replace: true });
  await openStore(`${place}/deeper`).prepare();
  expect(await store.has("a")).toBe(true);
  expect((await store.read("a"))!.equals(bytes)).toBe(true);
  expect(`${await store.read("b")}`).toBe("new");
  await store.tidy();
  expect([...(await openStore(store.address).list())].filter((name) => name !== "deeper").sort()).toEqual(["a", "b"]);
}

describe("a store of shards", () => {
  it("is a folder, where what was written stays", () => writeAndRead(join(folder, "shards")));

  it.skipIf(withoutS3).each(["s3://shards/run 1/ü+&=%25", "s3://shards/run/", "s3://shards"])(
    title("is %s, where what was written stays"),
    async (place) => {
      use(s3.url);
      await writeAndRead(place);
    },
  );

  it.skipIf(withoutS3)(title("lists all objects of its prefix, page by page"), async () => {
    use(s3.url);
    const names = Array.from({ length: 23 }, (_, i) => `shard-${i}`);
    const store = objectStore("shards", "many", 5);
    for (const name of names) await store.write(name, Buffer.from(name));
    await openStore("s3://shards/many/deeper").write("not", Buffer.from(""));
    await openStore("s3://shards/many-more").write("not", Buffer.from(""));
    expect([...(await store.list())].sort()).toEqual(names.sort());
  });
});

describe.skipIf(withoutS3)("an object store on a bad day", () => {
  async function throughProxy(fault: Fault, work: () => Promise<void>): Promise<void> {
    const proxy = await startFaultyProxy(s3.url, fault);
    use(proxy.url);
    await work().finally(proxy.stop);
  }

  it(title("is asked again after 503, a lost connection and half an answer"), async () => {
    const faults = ["fail", "hang up", undefined, "cut", undefined] as const;
    let asked = 0;
    await throughProxy(
      () => faults[asked++ % faults.length],
      () => writeAndRead("s3://shards/bad-day"),
    );
    expect(asked).toBeGreaterThan(20);
  });

  it(title("keeps the first object though it knows no conditions"), async () => {
    let refused = 0;
    const noConditions: Fault = (_method, headers) => {
      if (headers["if-none-match"] === undefined) return undefined;
      refused++;
      return "refuse";
    };
    await throughProxy(noConditions, () => writeAndRead("s3://shards/simple"));
    expect(refused).toBe(3);
  });

  it(title("is given up when it stays like that"), () =>
    throughProxy(
      () => "fail",
      async () => {
        const write = openStore("s3://shards/down").write("a", Buffer.from(""));
        await expect(write).rejects.toThrow(StoreUnreachableError);
        await expect(write).rejects.toThrow(/^s3:\/\/shards at http:\/\/127\.0\.0\.1:\d+: it answers 503 SlowDown\. /);
      },
    ),
  );
});

describe("an object store that cannot be used", () => {
  it.each(["s3://", "s3:///prefix", "gs://bucket/prefix", "https://bucket.example"])("%s is no address", (place) => {
    expect(() => openStore(place)).toThrow(StoreAddressError);
  });

  it("has an endpoint that is none", () => {
    use("localhost:9000");
    expect(() => openStore("s3://bucket")).toThrow(/^AWS_ENDPOINT_URL localhost:9000: not understood/);
  });

  it("was given no credentials", () => {
    use("http://127.0.0.1:1", { AWS_SECRET_ACCESS_KEY: "" });
    expect(() => openStore("s3://bucket/prefix")).toThrow(StoreCredentialsError);
  });

  it("has nothing that listens", async () => {
    use(`http://127.0.0.1:${await freePort()}`);
    await expect(openStore("s3://bucket").prepare()).rejects.toThrow(/: nothing listens there\. /);
  });

  it.skipIf(withoutS3)(title("has no such bucket"), async () => {
    use(s3.url);
    const store = openStore("s3://nowhere/prefix");
    const write = () => store.write("a", Buffer.from(""));
    for (const ask of [store.prepare, store.list, () => store.read("a"), write]) {
      await expect(ask()).rejects.toThrow(StoreAccessError);
      await expect(ask()).rejects.toThrow(/^s3:\/\/nowhere at http:.*: there is no such bucket\. /);
    }
  });

  it.skipIf(withoutS3)(title("does not know the key"), async () => {
    const guarded = await S3Server.start(2);
    await guarded.makeBucket("private");
    use(guarded.url);
    try {
      await openStore("s3://private").prepare();
      await expect(openStore("s3://private").prepare()).rejects.toThrow(/AWS_ACCESS_KEY_ID is not known there/);
      await expect(openStore("s3://private").has("a")).rejects.toThrow(/forbidden\. The credentials have to allow/);
    } finally {
      await guarded.stop();
    }
  });

  it("is a server that speaks something else", async () => {
    const web = createServer((_, answer) => answer.end("<html>Welcome</html>")).listen(0, "127.0.0.1");
    await once(web, "listening");
    use(`http://127.0.0.1:${(web.address() as AddressInfo).port}`);
    const asked = openStore("s3://bucket").prepare();
    await expect(asked).rejects.toThrow(/: it answers 200 and nothing that S3 would say\.$/);
    web.close().closeAllConnections();
  });
});
