/** The part of the page that labels a file. */
import { element } from "./draw.js";
import { labelTable } from "./file.js";
import { readTable, textColumnOf } from "./table.js";

const byId = (id) => document.getElementById(id);
let table;
let stopping;
let address;

/** @param current gives the model's name and the server's limits */
export function setUpFileSection(current) {
  byId("file").addEventListener("change", () => open(byId("file").files[0]));
  byId("start").addEventListener("click", () => label(current()));
  byId("stop").addEventListener("click", () => stopping?.abort());
  const drop = byId("drop");
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    open(event.dataTransfer.files[0]);
  });
}

async function open(file) {
  if (!file) return;
  stopping?.abort();
  byId("file-failure").textContent = "";
  byId("file-work").hidden = true;
  try {
    table = await readTable(file);
  } catch (error) {
    byId("file-failure").textContent = error.message;
    return;
  }
  byId("column").replaceChildren(...table.columns.map((name, at) => new Option(name, at)));
  byId("column").value = textColumnOf(table);
  byId("file-work").hidden = false;
  byId("download").hidden = true;
  byId("progress").hidden = true;
  byId("file-status").textContent = `${table.name}: ${rowsText(table.rows.length)}.`;
  byId("start").focus();
}

async function label({ model, limits }) {
  const { rows, name } = table;
  stopping = new AbortController();
  setRunning(true);
  byId("download").hidden = true;
  byId("file-failure").textContent = "";
  const progress = byId("progress");
  progress.max = rows.length;
  progress.value = 0;
  const onProgress = (done) => {
    progress.value = done;
    byId("file-status").textContent = `${done.toLocaleString("en-US")} of ${rowsText(rows.length)} labelled.`;
  };
  try {
    const options = { limits, signal: stopping.signal, onProgress };
    offer(
      await labelTable(model, table, Number(byId("column").value), options),
      name.replace(/(\.\w+)?$/, "-labelled$1"),
    );
  } catch (error) {
    if (error.name === "AbortError") byId("file-status").textContent = "Stopped; nothing was kept.";
    else byId("file-failure").textContent = error.message;
  } finally {
    setRunning(false);
  }
}

function rowsText(count) {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}`;
}

function setRunning(running) {
  byId("progress").hidden = false;
  byId("start").hidden = running;
  byId("stop").hidden = !running;
}

function offer(csv, name) {
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
  const link = element("a", { href: address, download: name, textContent: `Save ${name}` });
  byId("download").replaceChildren(link);
  byId("download").hidden = false;
  link.focus();
}
