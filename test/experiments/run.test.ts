import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OptionError } from "../../src/errors.js";
import { Claims } from "../../src/experiments/claims.js";
import { NoRunFolderError, RunDiffersError } from "../../src/experiments/errors.js";
import { runCells } from "../../src/experiments/run.js";
import type { RunManifest } from "../../src/experiments/run-folder.js";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "headstart-run-"));
  folder = join(parent, "run");
});
afterEach(() => rmSync(parent, { recursive: true }));

const manifest: RunManifest = {
  experiment: "squares",
  options: { seed: 42 },
  data: { train: { name: "a.csv", fingerprint: "f".repeat(64), rows: 9 } },
  versions: { headstart: "0" },
};
const cells = [1, 2, 3, 4].map((n) => ({ id: `n=${n}`, n }));

/** A plan that counts how often each cell is run. */
function squares(failing: number[] = [], ms = 0) {
  const ran: number[] = [];
  const run = async ({ n }: (typeof cells)[number]) => {
    ran.push(n);
    if (ms) await new Promise((resolve) => setTimeout(resolve, ms));
    if (failing.includes(n)) throw new OptionError("n", n, "a number that has a square");
    return n * n;
  };
  return { ran, plan: { cells, cost: () => 1, run } };
}

const lines = () => readFileSync(join(folder, "cells.jsonl"), "utf8").trimEnd().split("\n");

/** Where a claim on a cell lies; nobody holds it. */
async function lockOf(cell: string): Promise<string> {
  const claim = await new Claims(folder).take(cell);
  expect(await new Claims(folder).take(cell)).toBeUndefined();
  const [name] = readdirSync(join(folder, "claims"));
  await claim!.release();
  return join(folder, "claims", name);
}

describe("runCells", () => {
  it("writes plan, manifest and a line for each cell, and runs none twice", async () => {
    const first = squares();
    const { done } = await runCells(first.plan, { folder, manifest });
    expect(done.map(({ result }) => result)).toEqual([1, 4, 9, 16]);
    expect(lines()).toHaveLength(4);
    expect(JSON.parse(readFileSync(join(folder, "plan.json"), "utf8")).cells).toEqual(cells);
    expect(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))).toEqual(manifest);
    const second = squares();
    const again = await runCells(second.plan, { folder, manifest });
    expect(second.ran).toEqual([]);
    expect(again.done).toEqual(done);
  });

  it("records a failure, goes on, and tries it again the next time", async () => {
    const first = await runCells(squares([3]).plan, { folder, manifest });
    expect(first.done.map(({ cell }) => cell.n)).toEqual([1, 2, 4]);
    expect(first.failed).toEqual([{ id: "n=3", error: "n: found 3, expected a number that has a square." }]);
    const second = squares();
    const { done, failed } = await runCells(second.plan, { folder, manifest });
    expect(second.ran).toEqual([3]);
    expect([done.length, failed.length]).toEqual([4, 0]);
  });

  it("hands a bug on as it was thrown, keeps its stack, and runs the other cells", async () => {
    const bug = new TypeError("x is not a function");
    const { plan } = squares();
    const run = async (cell: (typeof cells)[number]) => {
      if (cell.n === 2) throw bug;
      return plan.run(cell);
    };
    const { done, failed } = await runCells({ ...plan, run }, { folder, manifest });
    expect(done.map(({ cell }) => cell.n)).toEqual([1, 3, 4]);
    expect(failed).toEqual([{ id: "n=2", error: bug.stack, bug }]);
    expect((await runCells(plan, { folder, manifest })).done).toHaveLength(4);
  });

  it("ignores a last line that a kill cut short, and appends behind it", async () => {
    await runCells(squares([2, 3, 4]).plan, { folder, manifest });
    appendFileSync(join(folder, "cells.jsonl"), '{"id":"n=2","status":"done","sec');
    const { done } = await runCells(squares().plan, { folder, manifest });
    expect(done.map(({ result }) => result)).toEqual([1, 4, 9, 16]);
    expect((await runCells(squares([1, 2, 3, 4]).plan, { folder, manifest })).done).toHaveLength(4);
  });

  it("ignores lines that are JSON but no finished cell", async () => {
    await runCells(squares([2, 3, 4]).plan, { folder, manifest });
    const strange = ["null", "5", "{}", '{"id":"n=2","status":"done","seconds":1,"result":null}'];
    appendFileSync(join(folder, "cells.jsonl"), `${strange.join("\n")}\n`);
    const { ran, plan } = squares();
    expect((await runCells(plan, { folder, manifest })).done.map(({ result }) => result)).toEqual([1, 4, 9, 16]);
    expect(ran).toEqual([2, 3, 4]);
  });

  it("shares the cells of a folder between two runs at a time", async () => {
    const [a, b] = [squares([], 30), squares([], 30)];
    const results = await Promise.all([a, b].map(({ plan }) => runCells(plan, { folder, manifest })));
    for (const { done } of results) expect(done).toHaveLength(4);
    expect([...a.ran, ...b.ran].sort()).toEqual([1, 2, 3, 4]);
    expect(Math.min(a.ran.length, b.ran.length)).toBeGreaterThan(0);
  });

  it("runs a cell whose claim belongs to a process that is gone", async () => {
    await runCells(squares([1, 2, 3, 4]).plan, { folder, manifest });
    const lock = await lockOf("n=2");
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() })); // above the largest process id
    const after = squares();
    await runCells(after.plan, { folder, manifest });
    expect(after.ran).toEqual([1, 2, 3, 4]);
  });

  it("takes over a claim of another machine only when its heartbeat is old", async () => {
    const lock = await lockOf("x");
    writeFileSync(lock, JSON.stringify({ pid: 1, host: "another" }));
    expect(await new Claims(folder).take("x")).toBeUndefined();
    const longAgo = new Date(2001, 1, 1);
    utimesSync(lock, longAgo, longAgo);
    const taken = await new Claims(folder).take("x");
    expect(taken).toBeDefined();
    await taken!.release();
  });

  it("refuses a folder of other data, options or experiment, and one that holds something else", async () => {
    await runCells(squares().plan, { folder, manifest: { ...manifest, command: "headstart squares a.csv" } });
    const others: [RunManifest, RegExp][] = [
      [{ ...manifest, experiment: "cubes" }, /another experiment.*squares/],
      [{ ...manifest, options: { seed: 7 } }, /another seed: 42 then, 7 now.*begun by: headstart squares a\.csv/],
      [{ ...manifest, data: { train: { ...manifest.data.train, fingerprint: "e".repeat(64) } } }, /another train data/],
    ];
    for (const [other, message] of others) {
      const attempt = runCells(squares().plan, { folder, manifest: other });
      await expect(attempt).rejects.toThrow(RunDiffersError);
      await expect(attempt).rejects.toThrow(message);
    }
    writeFileSync(join(parent, "notes.txt"), "mine");
    await expect(runCells(squares().plan, { folder: parent, manifest })).rejects.toThrow(NoRunFolderError);
  });
});
