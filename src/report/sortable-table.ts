import { html, type Markup, type Part } from "./markup.js";

/** A cell: what is shown, and the number to sort by where that is not what is shown. */
export interface TableCell {
  shown: Part;
  value?: number;
}

/** A table that can be sorted and copied; the first column holds names. */
export function sortableTable(
  heads: readonly string[],
  rows: readonly (readonly (TableCell | string)[])[],
  caption = "",
): Markup {
  const head = (text: string, i: number) => html`<th scope="col"${i === 0 && html` class="name"`}>${text}</th>`;
  const cell = (given: TableCell | string, i: number) => {
    const { shown, value } = typeof given === "string" ? { shown: given } : given;
    const sorted = value === undefined ? null : html` data-value="${value}"`;
    return i === 0 ? html`<th scope="row" class="name"${sorted}>${shown}</th>` : html`<td${sorted}>${shown}</td>`;
  };
  return html`<div class="scroll"><table class="sortable">${caption && html`<caption>${caption}</caption>`}
<thead><tr>${heads.map(head)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`;
}
