/** Writes the API reference from the declarations that the compiler emits; used by api-docs.ts and by the test that docs/api.md is up to date. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The parts of the reference: a title, and the files whose exports belong there. */
const parts: readonly (readonly [title: string, file: RegExp])[] = [
  ["Classifiers", /^(classifier|train|adapt)\//],
  ["Data", /^data\//],
  ["Encoders", /^encoder\//],
  ["Scores", /^evaluate\//],
  ["Experiments", /^experiments\//],
  ["Audit", /^audit\//],
  ["Errors", /^errors$/],
  ["Progress and backends", /^(log|runtime\/.*)$/],
];

interface Declaration {
  name: string;
  file: string;
  /** The doc comment without its frame. */
  comment: string;
  code: string;
}

/** @param dist the folder that `npm run build` writes */
export function apiMarkdown(dist = "dist"): string {
  const declarations = exportsOf(join(dist, "index.d.ts")).map(({ name, file }) => declarationOf(dist, file, name));
  const told = parts.map(([title, file]) => {
    const own = declarations.filter((declaration) => file.test(declaration.file));
    return `## ${title}\n\n${own.map(sectionOf).join("\n")}`;
  });
  const left = declarations.filter(({ file }) => !parts.some(([, pattern]) => pattern.test(file)));
  if (left.length > 0) throw new Error(`No part of the reference takes ${left.map(({ name }) => name).join(", ")}`);
  return `# API\n\nWhat \`import { … } from "headstart"\` gives. N texts, D numbers an embedding, F features, K classes. Written by \`npx tsx scripts/api-docs.ts\` from\nthe doc comments.\n\n${told.join("\n")}`;
}

function exportsOf(index: string): { name: string; file: string }[] {
  const statements = readFileSync(index, "utf8").matchAll(/^export (?:type )?\{([^}]*)\} from "\.\/(.*)\.js";$/gm);
  return [...statements].flatMap(([, names, file]) =>
    names.split(",").map((name) => ({ name: name.replace(/^\s*type\s+/, "").trim(), file })),
  );
}

/** Follows a name that its file only passes on. */
function declarationOf(dist: string, file: string, name: string): Declaration {
  const text = readFileSync(join(dist, `${file}.d.ts`), "utf8");
  const passedOn = new RegExp(`^export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from "(.*)\\.js";$`, "m").exec(text);
  if (passedOn) return declarationOf(dist, join(dirname(file), passedOn[1]), name);
  const start = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:class|interface|function|type|const) ${name}\\b`,
    "m",
  );
  const at = start.exec(text)?.index;
  if (at === undefined) throw new Error(`${file}.d.ts declares no ${name}`);
  const rest = text.slice(at);
  const isBlock = /^export (?:declare )?(?:abstract )?(?:class|interface) /.test(rest);
  const end = (isBlock ? /^\}$/m : /;\n(?=[^\s}])|;\n?$/).exec(rest);
  if (!end) throw new Error(`${file}.d.ts: no end of ${name}`);
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(text.slice(0, at))?.[1] ?? "";
  return { name, file, comment: unframed(comment), code: published(rest.slice(0, end.index + end[0].length)) };
}

function unframed(comment: string): string {
  return comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .trim();
}

/** Without what is private or internal, and without the words that only a declaration file needs. */
function published(code: string): string {
  return code
    .replace(/^ {4}\/\*\* @internal \*\/\n.*\n/gm, "")
    .replace(/^(?: {4}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)? {4}(?:private |#private).*\n/gm, "")
    .replace(/^export (?:declare )?/, "")
    .replace(/^( {4})+/gm, (indent) => "  ".repeat(indent.length / 4))
    .trimEnd();
}

function sectionOf({ name, comment, code }: Declaration): string {
  const text = comment.replace(/^@(\w+)(?: \{(\w+)\})?/gm, (_, tag, type) => `\n*${tag}*${type ? ` \`${type}\`` : ""}`);
  return `### ${name}\n\n${text === "" ? "" : `${text}\n\n`}\`\`\`ts\n${code}\n\`\`\`\n`;
}
