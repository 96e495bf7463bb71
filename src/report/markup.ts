/** A piece of HTML that is safe to insert as it is. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text and numbers are escaped, markup is kept, lists are joined, null and false vanish. */
export type Part = string | number | Markup | null | undefined | false | readonly Part[];

/** Template tag that escapes every part that is not markup already. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(strings.reduce((out, literal, i) => out + rendered(parts[i - 1]) + literal));
}

/** A name that may break after the signs that names are joined with. */
export function breakable(name: string): Markup {
  return new Markup(escapeHtml(name).replace(/[_/.:-](?=\w)/g, "$&<wbr>"));
}

/** Escapes text for element content and for quoted attribute values. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function rendered(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(rendered).join("");
  return escapeHtml(String(part));
}
