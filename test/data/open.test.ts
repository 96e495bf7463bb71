import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openBytes } from "../../src/data/open.js";
import { collect, failureOf, fileWith, stdinOf } from "./fixtures.js";

async function textOf(path: string, ...stdin: Buffer[]): Promise<string> {
  const source = await openBytes(path, stdinOf(...stdin));
  return Buffer.concat(await collect(source.chunks)).toString();
}

function cuts(bytes: Buffer): Buffer[][] {
  return Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
}

describe("openBytes", () => {
  it("drops a byte order mark, wherever the stream is cut", async () => {
    for (const chunks of cuts(Buffer.from("\ufeffaé€😀z\n"))) expect(await textOf("-", ...chunks)).toBe("aé€😀z\n");
  });

  it("keeps a byte order mark in the middle, which is a character", async () => {
    expect(await textOf("-", Buffer.from("a\ufeffb"))).toBe("a\ufeffb");
  });

  it("ends each chunk at the end of a character", async () => {
    for (const chunks of cuts(Buffer.from(`${"x".repeat(64)}é€😀`))) {
      for (const chunk of await collect((await openBytes("-", stdinOf(...chunks))).chunks)) {
        expect(chunk.toString()).not.toContain("\ufffd");
      }
    }
  });

  it("gives line and byte column of a bad byte, wherever the stream is cut", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`first ${"line ".repeat(20)}\n\nöäü `),
      Buffer.from([0xff]),
      Buffer.from("z\n"),
    ]);
    for (const chunks of cuts(bytes)) {
      expect((await failureOf(() => textOf("-", ...chunks))).message).toMatch(/^stdin:3:8: byte 0xFF/);
    }
  });

  it.each([
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["more than U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a continuation alone", [0x80]],
    ["a character that the end cuts off", [0xe2, 0x82]],
  ])("refuses %s", async (_, bad) => {
    const failure = await failureOf(() => textOf("-", Buffer.from(`${"x".repeat(70)}\nab`), Buffer.from(bad)));
    expect(failure.message).toMatch(/^stdin:2:3: byte 0x/);
  });

  it("unpacks gzip by its first bytes, whatever the name", async () => {
    expect(await textOf(fileWith("a.csv", gzipSync("hello\n")))).toBe("hello\n");
  });

  it("reads a file that is called .gz but is none", async () => {
    expect(await textOf(fileWith("a.csv.gz", "hello\n"))).toBe("hello\n");
  });

  it("joins the members of a gzip file, wherever the stream is cut", async () => {
    const members = Buffer.concat([gzipSync("one\n"), gzipSync(""), gzipSync("two é\n")]);
    for (const chunks of cuts(members)) expect(await textOf("-", ...chunks)).toBe("one\ntwo é\n");
  });

  it("fails on every truncation of a gzip file within its last member", async () => {
    const first = gzipSync("one\n");
    const whole = Buffer.concat([first, gzipSync("two\n".repeat(50))]);
    for (let size = first.length + 3; size < whole.length; size++) {
      const failure = await failureOf(() => textOf("-", whole.subarray(0, size)));
      expect(failure.name, `${size} of ${whole.length} bytes`).toBe("CorruptGzipError");
    }
  });

  it("recognises UTF-16 on standard input with one byte at a time", async () => {
    const bytes = Buffer.from("text,label\n", "utf16le");
    const failure = await failureOf(() => textOf("-", ...Array.from(bytes, (byte) => Buffer.from([byte]))));
    expect(failure.message).toMatch(/UTF-16LE/);
  });
});
