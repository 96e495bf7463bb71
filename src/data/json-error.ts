const TOKEN =
  /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/uy;
const STRING_START = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;

/**
 * Where `text` stops being JSON (RFC 8259): the index of the first character that cannot stand there; its length where the text
 * ends too early. JSON.parse says so in some versions of Node and for some mistakes only.
 */
export function jsonErrorAt(text: string): number {
  const scanner = new Scanner(text);
  try {
    scanner.value();
    scanner.skipSpace();
    return scanner.at;
  } catch (error) {
    if (error instanceof Mistake) return error.at;
    throw error;
  }
}

class Mistake {
  constructor(readonly at: number) {}
}

class Scanner {
  at = 0;

  constructor(readonly text: string) {}

  skipSpace(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }

  /** The next token, and steps over it. */
  token(isAllowed: (token: string) => boolean): string {
    this.skipSpace();
    TOKEN.lastIndex = this.at;
    const token = TOKEN.exec(this.text)?.[0];
    if (token === undefined) throw new Mistake(this.#stringStop());
    if (!isAllowed(token)) throw new Mistake(this.at);
    this.at += token.length;
    return token;
  }

  value(): void {
    const token = this.token((found) => !"}],:".includes(found));
    if (token === "{") this.#members("}", () => this.#member());
    if (token === "[") this.#members("]", () => this.value());
  }

  #member(): void {
    this.token((found) => found.startsWith('"'));
    this.token((found) => found === ":");
    this.value();
  }

  #members(close: string, one: () => void): void {
    this.skipSpace();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    do one();
    while (this.token((found) => found === "," || found === close) === ",");
  }

  /** A string that is not whole: where it breaks off. */
  #stringStop(): number {
    STRING_START.lastIndex = this.at;
    return this.at + (STRING_START.exec(this.text)?.[0].length ?? 0);
  }
}
