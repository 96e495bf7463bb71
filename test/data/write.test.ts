import { createWriteStream, readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Format } from "../../src/data/format.js";
import { openTable } from "../../src/data/table.js";
import { type AddedValue, TableWriter } from "../../src/data/write.js";
import { collect, failureOf, fileWith, rowsOf, stdinOf, temporaryFolder } from "./fixtures.js";

async function written(content: string, format: Format, added: string[], values: AddedValue[], header = true) {
  const table = await openTable("-", { format, stdin: stdinOf(content) });
  const path = `${temporaryFolder()}/out`;
  const output = createWriteStream(path);
  const writer = new TableWriter(output, table, added, { header });
  const records = await collect(table.records());
  await writer.write(
    records,
    records.map(() => values),
  );
  await writer.finish();
  await new Promise<void>((resolve) => output.end(resolve));
  const text = readFileSync(path, "utf8");
  expect(writer.bytesWritten).toBe(Buffer.byteLength(text));
  return { text, columns: writer.addedColumns };
}

describe("TableWriter", () => {
  it("keeps the columns of CSV and their order, adds its own, and quotes as RFC 4180 says", async () => {
    const { text } = await written('id,text\r\n7,"a ""b"", c\r\nd"\r\n', "csv", ["label", "confidence"], ["x,y", 0.5]);
    expect(text).toBe('id,text,label,confidence\n7,"a ""b"", c\r\nd","x,y",0.5\n');
  });

  it("writes what the reader reads back, for every kind of field", async () => {
    const fields = ["", " ", "a\rb", "a\r\nb", '"', '""', ",", "\t", "é😀", "=1+1", "'", "a;b", "\u2028"];
    const source = `text,n\n${fields.map((field) => `"${field.replaceAll('"', '""')}",1`).join("\n")}\n`;
    for (const format of ["csv", "tsv"] as const) {
      const input = format === "csv" ? source : source.replaceAll(/,(?=n\n|1\n)/g, "\t");
      const { text } = await written(input, format, ["label"], ["x"]);
      expect((await rowsOf(text, format)).map(({ values }) => values[0])).toEqual(fields);
    }
  });

  it("keeps the input's semicolons", async () => {
    expect((await written("text;n\na,b;1\n", "csv", ["label"], ["x;y"])).text).toBe('text;n;label\na,b;1;"x;y"\n');
  });

  it("keeps a JSON line as it was, large numbers included", async () => {
    const { text } = await written(
      '{ "text": "a", "id": 12345678901234567890 }  \n{}\n',
      "jsonl",
      ["label", "p"],
      ["x", 0.25],
    );
    expect(text).toBe('{ "text": "a", "id": 12345678901234567890,"label":"x","p":0.25}\n{"label":"x","p":0.25}\n');
  });

  it("writes plain text as added values and text, separated by tabs", async () => {
    expect((await written("a\tb\nc\n", "text", ["label", "p"], ["x\ty", 0.5])).text).toBe(
      "x y\t0.5\ta\tb\nx y\t0.5\tc\n",
    );
  });

  it("writes several labels as the reader understands them", async () => {
    expect((await written("text\na\n", "csv", ["label"], [["x", "y"]])).text).toBe("text,label\na,x|y\n");
    expect((await written("text\na\n", "csv", ["label"], [["x|z", "y"]])).text).toBe(
      'text,label\na,"[""x|z"",""y""]"\n',
    );
    expect((await written('{"text":"a"}\n', "jsonl", ["label"], [["x", "y"]])).text).toBe(
      '{"text":"a","label":["x","y"]}\n',
    );
  });

  it("renames an added column whose name the input has", async () => {
    const { text, columns } = await written("text,label,predicted_label\na,x,y\n", "csv", ["label"], ["z"]);
    expect(columns).toEqual(["predicted_label_2"]);
    expect(text).toBe("text,label,predicted_label,predicted_label_2\na,x,y,z\n");
  });

  it("leaves the header out where it goes on with a file", async () => {
    expect((await written("text\na\n", "csv", ["label"], ["x"], false)).text).toBe("a,x\n");
  });

  it("writes the header where no row came", async () => {
    const path = fileWith("out.csv", "");
    const output = createWriteStream(path);
    const writer = new TableWriter(output, { name: "a", format: "csv", delimiter: ",", columns: ["text"] }, ["label"]);
    await writer.finish();
    await new Promise<void>((resolve) => output.end(resolve));
    expect(readFileSync(path, "utf8")).toBe("text,label\n");
  });

  it("waits for a slow output", async () => {
    let taken = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _, done) {
        setTimeout(() => {
          taken += chunk.length;
          done();
        }, 20);
      },
    });
    const writer = new TableWriter(slow, { name: "a", format: "text", delimiter: ",", columns: ["text"] }, ["label"]);
    await writer.write([{ line: 1, values: ["a"] }], [["x"]]);
    expect([taken, writer.bytesWritten]).toEqual([4, 4]);
  });

  it("fails with the output's own error, at once and afterwards", async () => {
    const full = new Writable({
      write(_chunk, _, done) {
        done(Object.assign(new Error("no space"), { code: "ENOSPC" }));
      },
    });
    const writer = new TableWriter(full, { name: "a", format: "text", delimiter: ",", columns: ["text"] }, ["label"]);
    const write = () => writer.write([{ line: 1, values: ["a"] }], [["x"]]);
    expect((await failureOf(write)).code).toBe("ENOSPC");
    expect((await failureOf(write)).code).toBe("ENOSPC");
    expect(writer.bytesWritten).toBe(0);
  });
});
