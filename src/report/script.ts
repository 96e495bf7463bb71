/**
 * Script of every report page: column headings of `table.sortable` become buttons that sort, a button under it copies it as
 * tab-separated text, and folded parts open for printing. The page is complete without it.
 */
export const SCRIPT = `
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.onclick = () => {
      const numeric = column > 0;
      const falling = head.ariaSort ? head.ariaSort === "ascending" : numeric;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const compare = numeric ? (a, b) => value(a) - value(b) : (a, b) => value(a).localeCompare(value(b));
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => (falling ? compare(b, a) : compare(a, b))));
    };
  });
}
for (const table of document.querySelectorAll("table.sortable")) {
  const button = document.createElement("button");
  button.className = "copy";
  button.textContent = "copy";
  button.onclick = async () => {
    const lines = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\\t"));
    await navigator.clipboard.writeText(lines.join("\\n"));
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  };
  if (navigator.clipboard) table.after(button);
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details.table")) folded.open = true;
});
`;
