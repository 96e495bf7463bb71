import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fingerprintModel } from "../../src/classifier/fingerprint.js";
import { windowsOf } from "../../src/classifier/predict-stream.js";
import { openTable } from "../../src/data/table.js";
import {
  OtherRunError,
  RunNotFoundError,
  ShardModelError,
  ShardsMissingError,
  ShardTooLargeError,
  StoreUnknownError,
  UnfinishedSplitError,
} from "../../src/distribute/errors.js";
import { joinRun } from "../../src/distribute/join.js";
import { claim, type ListedShard, type Run, writeSplit } from "../../src/distribute/run.js";
import { packShard, type Shard, unpackShard } from "../../src/distribute/shard.js";
import { openStore, type ShardStore } from "../../src/distribute/store.js";
import { completeShard } from "../../src/distribute/work.js";
import { TextClassifier } from "../../src/index.js";
import { headstart } from "../cli/headstart.js";
import { saveSmallModel } from "./small-model.js";
import { csv, jsonLines, rows } from "./tables.js";

let folder: string;
let model: TextClassifier;
let fingerprint: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headstart-shards-"));
  await saveSmallModel(join(folder, "model"));
  ({ fingerprint } = await fingerprintModel(join(folder, "model"), "1"));
  model = await TextClassifier.load(join(folder, "model"));
});

afterAll(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

async function newStore(name: string): Promise<ShardStore> {
  const store = openStore(join(folder, name));
  await store.prepare();
  return store;
}

/** Splits a file as `predict --queue` does, without a queue. */
async function split(path: string, store: ShardStore, options: Run["options"] = {}): Promise<Shard[]> {
  const table = await openTable(path);
  const { name, format, delimiter, columns } = table;
  const input = { name: path, sizeBytes: null };
  const run: Run = {
    model: fingerprint,
    input,
    options,
    textColumn: "text",
    table: { name, format, delimiter, columns },
  };
  await claim(store, run);
  const shards: Shard[] = [];
  for await (const records of windowsOf(table)) {
    shards.push({ ...(await packShard(run, shards.length, records, 0)), store: store.address });
  }
  await writeSplit(
    store,
    shards.map(({ file, rows }): ListedShard => ({ file, rows })),
  );
  return shards;
}

async function joined(store: ShardStore): Promise<string> {
  const { bytes } = await joinRun(store);
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("shards", () => {
  const text = `${rows(5000)
    .map((row) => row.text.replace(/\s/g, " "))
    .join("\n")}\n`;
  it.each([
    ["rows.csv", csv(5000), []],
    ["rows.csv", csv(5000), ["--json", "--all"]],
    ["rows.jsonl", jsonLines(5000), ["--top", "2"]],
    ["rows.txt", text, ["--min-confidence", "0.6", "--abstain-as", "unsure"]],
  ])("of %s give the bytes of predict in whatever order they are labelled (%#)", async (name, content, flags) => {
    writeFileSync(join(folder, name), content);
    const args = ["predict", "model", name, "--out", "whole", ...flags];
    const { code, stderr } = await headstart(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    const store = await newStore(`shards-${name}-${flags.length}`);
    const value = (flag: string) => flags[flags.indexOf(flag) + 1];
    const options = {
      json: flags.includes("--json"),
      all: flags.includes("--all"),
      ...(flags.includes("--top") && { top: Number(value("--top")) }),
      ...(flags.includes("--min-confidence") && { minConfidence: 0.6, abstainAs: value("--abstain-as") }),
    };
    const shards = await split(join(folder, name), store, options);
    expect(shards).toHaveLength(3);
    for (const shard of shards.toReversed()) await completeShard(model, fingerprint, store, shard);
    const whole = await openStore(folder).read("whole");
    expect(await joined(store)).toBe(whole!.toString());
  });

  it("carry their rows, and have the same name whenever they are split from the same rows", async () => {
    writeFileSync(join(folder, "a.jsonl"), jsonLines(40));
    const [first] = await split(join(folder, "a.jsonl"), await newStore("first"));
    const [again] = await split(join(folder, "a.jsonl"), await newStore("again"));
    expect(again.file).toBe(first.file);
    expect((await unpackShard(first)).map(({ object }) => object)).toEqual(rows(40));
    writeFileSync(join(folder, "a.jsonl"), jsonLines(41));
    const [other] = await split(join(folder, "a.jsonl"), await newStore("other"));
    expect(other.file).not.toBe(first.file);
  });

  it("encode each text once", async () => {
    writeFileSync(join(folder, "twice.csv"), csv(2000));
    const [shard] = await split(join(folder, "twice.csv"), await newStore("twice"));
    const encoded: string[] = [];
    const counting = Object.create(model, {
      predictScoped: {
        value: (texts: string[]) => {
          encoded.push(...texts);
          return model.predictScoped(texts);
        },
      },
    });
    await completeShard(counting, fingerprint, openStore(join(folder, "twice")), shard);
    const distinct = new Set(
      rows(2000)
        .map((row) => row.text)
        .filter((found) => found !== ""),
    );
    expect(encoded.length).toBe(distinct.size);
    expect(distinct.size).toBeLessThan(1800);
  });

  it("that are there are not labelled again, and what killed workers left goes away", async () => {
    writeFileSync(join(folder, "b.csv"), csv(10));
    const store = await newStore("b");
    const [shard] = await split(join(folder, "b.csv"), store);
    await store.write(shard.file, Buffer.from("labelled before"));
    writeFileSync(join(folder, "b", `.${shard.file}.other-host.17`), "half of it");
    await completeShard(model, fingerprint, store, shard);
    expect(await joined(store)).toBe("labelled before");
    await store.tidy();
    expect(readdirSync(join(folder, "b")).sort()).toEqual(["run.json", shard.file, "split.jsonl"]);
  });
});

describe("a place for shards", () => {
  it("belongs to one model, input and set of options", async () => {
    writeFileSync(join(folder, "c.csv"), csv(10));
    const store = await newStore("c");
    await split(join(folder, "c.csv"), store, { top: 2 });
    const other = split(join(folder, "c.csv"), store, { top: 3 });
    await expect(other).rejects.toThrow(OtherRunError);
    await expect(other).rejects.toThrow(/other options\)\. Choose another --out/);
  });

  it("is joined when all is there, and not before", async () => {
    writeFileSync(join(folder, "d.csv"), csv(5000));
    const store = await newStore("d");
    await expect(joinRun(store)).rejects.toThrow(RunNotFoundError);
    const shards = await split(join(folder, "d.csv"), store);
    await completeShard(model, fingerprint, store, shards[1]);
    await expect(joinRun(store)).rejects.toThrow(ShardsMissingError);
    await expect(joinRun(store)).rejects.toThrow(
      /2 of 3 shards are not there: shard-000000000-\w+\.csv, shard-000000002-/,
    );
    rmSync(join(folder, "d", "split.jsonl"));
    await expect(joinRun(store)).rejects.toThrow(UnfinishedSplitError);
  });

  it("is told from one of the same name on another host, and a model from another model", async () => {
    writeFileSync(join(folder, "e.csv"), csv(10));
    const [shard] = await split(join(folder, "e.csv"), await newStore("e"));
    await expect(completeShard(model, fingerprint, await newStore("elsewhere"), shard)).rejects.toThrow(
      StoreUnknownError,
    );
    for (const [version, arithmetic] of [["2"], ["1", "int8" as const]] as const) {
      const other = await fingerprintModel(join(folder, "model"), version, arithmetic);
      await expect(completeShard(model, other.fingerprint, openStore(join(folder, "e")), shard)).rejects.toThrow(
        ShardModelError,
      );
    }
  });

  it("takes no shard that a queue could not carry", async () => {
    const noise = Array.from({ length: 4000 }, (_, i) => String.fromCharCode(0x4e00 + ((i * i * 7919) % 20000))).join(
      "",
    );
    const run = { model: "", input: { name: "", sizeBytes: 0 }, options: {}, textColumn: "text" } as unknown as Run;
    const records = [{ line: 2, values: [noise] }];
    await expect(packShard(run, 0, records, 2048, 1000)).rejects.toThrow(ShardTooLargeError);
    await expect(packShard(run, 0, records, 2048, 1000)).rejects.toThrow(/^rows 2049 to 2049: /);
  });
});
