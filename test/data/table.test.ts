import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openTable } from "../../src/data/table.js";
import { collect, fileWith, stdinOf } from "./fixtures.js";

describe("openTable", () => {
  it("tells the format by the extension, also before .gz", async () => {
    const table = await openTable(fileWith("a.tsv.gz", gzipSync("text\tlabel\na\tb\n")));
    expect([table.format, table.columns, table.notes]).toEqual(["tsv", ["text", "label"], []]);
    table.close();
  });

  it("sniffs where the extension tells nothing, and says so", async () => {
    const table = await openTable(fileWith("a.data", "text,label\na,b\n"));
    expect(table.format).toBe("csv");
    expect(table.notes).toEqual(["format: csv, told by the first lines"]);
    table.close();
  });

  it("waits for a second line of standard input only where the first may be a header", async () => {
    const stdin = new Readable({ read() {} });
    stdin.push("not a header at all\n");
    const table = await openTable("-", { stdin });
    expect([table.format, table.preview[0].values]).toEqual(["text", ["not a header at all"]]);
    table.close();
  });

  it("lets --format override what the name tells", async () => {
    const table = await openTable(fileWith("a.txt", "text,label\na,b\n"), { format: "csv" });
    expect(table.columns).toEqual(["text", "label"]);
    table.close();
  });

  it("reads semicolons, as spreadsheets in much of Europe write them, and says so", async () => {
    const table = await openTable(fileWith("a.csv", "text;label\nwell, well;x\n"));
    expect(table.delimiter).toBe(";");
    expect(table.notes).toEqual(["fields are separated by semicolons"]);
    expect((await collect(table.records()))[0].values).toEqual(["well, well", "x"]);
  });

  it("skips rows, also more than a batch or than there are", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `text number ${i},x`).join("\n");
    const path = fileWith("a.csv", `text,label\n${rows}\n`);
    for (const skip of [0, 1, 12_345, 29_999, 30_000, 40_000]) {
      const left = await collect((await openTable(path)).records({ skip }));
      expect(left.length).toBe(Math.max(0, 30_000 - skip));
      if (left.length > 0) expect(left[0]).toEqual({ line: skip + 2, values: [`text number ${skip}`, "x"] });
    }
  });

  it("closes the input when the loop over its rows is left", async () => {
    const stdin = stdinOf("a\n", "b\n", "c\n");
    const table = await openTable("-", { stdin });
    for await (const _ of table.records()) break;
    expect(stdin.destroyed).toBe(true);
  });

  it("gives its rows once", async () => {
    const table = await openTable("-", { stdin: stdinOf("a\nb\n") });
    await collect(table.records());
    await expect(collect(table.records())).rejects.toThrow("can be read once");
  });

  it("allows several columns without a name", async () => {
    const table = await openTable(fileWith("a.csv", "text,label,,\na,b,,\n"));
    expect(table.columns).toEqual(["text", "label", "", ""]);
    table.close();
  });

  it("holds no more memory after 400,000 rows than after 50,000", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const block = Buffer.from('"a short text, quoted",label\n'.repeat(5000));
    const stdin = Readable.from(
      (function* () {
        yield Buffer.from("text,label\n");
        for (let i = 0; i < 80; i++) yield block;
      })(),
    );
    const table = await openTable("-", { format: "csv", stdin });
    const heapAt = new Map<number, number>();
    let rows = 0;
    for await (const _ of table.records()) {
      rows++;
      if (rows !== 50_000 && rows !== 400_000) continue;
      collectGarbage();
      heapAt.set(rows, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
    }
    expect(rows).toBe(400_000);
    // One batch of rows, about 2 MB, may be alive at one measurement and not at the other.
    expect(heapAt.get(400_000)! - heapAt.get(50_000)!).toBeLessThan(8e6);
  });
});
