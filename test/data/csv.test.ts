import { describe, expect, it } from "vitest";
import { openTable } from "../../src/data/table.js";
import { collect, failureOf, rowsOf, stdinOf } from "./fixtures.js";

const tricky =
  '\ufefftext,label,"note, ""odd"""\r\n' +
  '"two\r\nlines, a ""quote"" and é€😀",pos,\r\n' +
  "\r\n" +
  '"",neg,""""\n' +
  '  spaced  ,"a\nb\n\nc",日本\n' +
  "\n\n" +
  'lone\rreturn,"x\r\ry",😀"\n'.replace('😀"', "😀") +
  "last,row,without end";

const expected = [
  { line: 2, values: ['two\r\nlines, a "quote" and é€😀', "pos", ""] },
  { line: 5, values: ["", "neg", '"'] },
  { line: 6, values: ["  spaced  ", "a\nb\n\nc", "日本"] },
  { line: 12, values: ["lone\rreturn", "x\r\ry", "😀"] },
  { line: 13, values: ["last", "row", "without end"] },
];

const bytes = Buffer.from(tricky);

async function read(chunks: Buffer[]) {
  const table = await openTable("-", { format: "csv", stdin: stdinOf(...chunks) });
  return { columns: table.columns, rows: await collect(table.records()) };
}

describe("csvRecords", () => {
  it("gives the same rows and lines wherever the file is cut in two", async () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { columns, rows } = await read([bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(columns, `cut at ${cut}`).toEqual(["text", "label", 'note, "odd"']);
      expect(rows, `cut at ${cut}`).toEqual(expected);
    }
  });

  it("gives the same rows from chunks of 1, 2, 3, 5 and 7 bytes", async () => {
    for (const size of [1, 2, 3, 5, 7]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect((await read(chunks)).rows, `chunks of ${size}`).toEqual(expected);
    }
  });

  it("reports a broken row on the same line wherever the file is cut in two", async () => {
    const broken = Buffer.from('text,label\r\n"a\r\nb",x\r\n\r\nc,"d" e\r\n');
    for (let cut = 0; cut <= broken.length; cut++) {
      const failure = await failureOf(() => read([broken.subarray(0, cut), broken.subarray(cut)]));
      expect(failure.message, `cut at ${cut}`).toMatch(/^stdin:5: text after a closing quote/);
    }
  });

  it("keeps a quoted newline inside the field", async () => {
    expect(await rowsOf('text,label\n"a\nb",x\n', "csv")).toEqual([{ line: 2, values: ["a\nb", "x"] }]);
  });

  it("reads the line ends of classic Mac OS", async () => {
    const rows = await rowsOf('text,label\r"a\rb",x\rc,y\r', "csv");
    expect(rows).toEqual([
      { line: 2, values: ["a\rb", "x"] },
      { line: 4, values: ["c", "y"] },
    ]);
  });

  it("passes over blank lines but counts them", async () => {
    const rows = await rowsOf("\n\ntext,label\n\na,x\n\n\nb,y\n\n", "csv");
    expect(rows.map(({ line }) => line)).toEqual([5, 8]);
  });

  it("reads tab-separated fields with commas in them", async () => {
    expect(await rowsOf('text\tlabel\none, two\tx\n"a\tb"\ty\n', "tsv")).toEqual([
      { line: 2, values: ["one, two", "x"] },
      { line: 3, values: ["a\tb", "y"] },
    ]);
  });

  it("takes a record of just under 16 MB", async () => {
    const long = "word ".repeat(3_000_000);
    const rows = await rowsOf(`text,label\n"${long}",x\n`, "csv");
    expect((rows[0].values[0] as string).length).toBe(long.length);
  });
});
