/** The page: what is typed is labelled at once, then explained. */
import { getModels, hasToken, neighbours, predict, Refused, useToken } from "./api.js";
import { decisionText, doubtNote, drawBars, drawLines, drawNeighbours, drawWords, element } from "./draw.js";
import { setUpFileSection } from "./file-section.js";
import { effectsOf, partsOf, variantsOf } from "./words.js";

const byId = (id) => document.getElementById(id);
/** After the last key, before the server is asked for labels, and then for reasons. */
const pauseMs = { label: 120, reasons: 350 };
const mostBars = 12;
const usualNote = "Labels appear as you type.";

let models = [];
let limits;
let underWay = new AbortController();

const model = () => models.find(({ name }) => name === byId("model").value);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

byId("text").addEventListener("input", refresh);
byId("by-line").addEventListener("change", refresh);
byId("model").addEventListener("change", () => {
  tellAbout();
  refresh();
});
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(byId("token").value);
  start();
});
setUpFileSection(() => ({ model: model().name, limits }));
start();

async function start() {
  try {
    ({ models, limits } = await getModels());
  } catch (error) {
    askForToken(error);
    return;
  }
  byId("token-form").hidden = true;
  byId("content").hidden = false;
  byId("model").replaceChildren(...models.map(({ name }) => new Option(name, name)));
  byId("model-choice").hidden = models.length === 1;
  tellAbout();
  byId("text").focus();
  refresh();
}

function askForToken(error) {
  const refused = error instanceof Refused && error.status === 401;
  byId("about").textContent = refused ? "" : error.message;
  byId("token-form").hidden = !refused;
  byId("token-failure").textContent = refused && hasToken() ? "That is not the token." : "";
  byId("token").focus();
}

function tellAbout() {
  const { name, labels, rows, encoder, examples } = model();
  const trained = `${labels.length} labels, trained on ${rows.toLocaleString("en-US")} texts, encoder ${encoder}`;
  byId("about").textContent = models.length === 1 ? `${name}: ${trained}` : trained;
  byId("no-neighbours").hidden = examples > 0;
  document.title = `${name} – Headstart`;
}

/** Starts over with what stands in the field; what an earlier call asked for is no longer wanted. */
async function refresh() {
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  const text = byId("text").value.trim();
  const byLine = byId("by-line").checked;
  byId("text-note").textContent = usualNote;
  if (text === "") {
    clear();
    return;
  }
  try {
    await pause(pauseMs.label);
    if (signal.aborted) return;
    if (byLine) await showLines(linesOf(text), signal);
    else await showText(cut(text), signal);
    byId("failure").textContent = "";
  } catch (error) {
    if (!signal.aborted) byId("failure").textContent = error.message;
  }
}

/** What the server takes of a text; the rest is not read. */
function cut(text) {
  if (text.length <= limits.characters) return text;
  tellLimit(`Only the first ${limits.characters.toLocaleString("en-US")} characters are read.`);
  return text.slice(0, limits.characters);
}

/** The lines that hold a text, as many as are shown. */
function linesOf(text) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const most = limits.texts;
  if (lines.length > most) tellLimit(`Only the first ${most.toLocaleString("en-US")} lines are labelled.`);
  return lines.slice(0, most).map(cut);
}

function tellLimit(note) {
  byId("text-note").textContent = note;
}

function clear() {
  byId("decision").className = "muted";
  byId("decision").textContent = "Nothing to label yet.";
  byId("failure").textContent = "";
  byId("bars").replaceChildren();
  byId("reasons").hidden = true;
  byId("lines").hidden = true;
  byId("answer").hidden = false;
}

async function showText(text, signal) {
  byId("lines").hidden = true;
  byId("answer").hidden = false;
  byId("words").classList.add("stale");
  const { name, labels, examples } = model();
  const [prediction] = await predict(name, [text], { top: labels.length, signal });
  drawDecision(prediction);
  byId("reasons").hidden = false;
  await pause(pauseMs.reasons - pauseMs.label);
  if (signal.aborted) return;
  const near = examples > 0 ? neighbours(name, text, signal) : [];
  await Promise.all([showWords(text, prediction, signal), near]);
  drawNeighbours(byId("neighbours"), await near);
}

function drawDecision(prediction) {
  const [label, confidence, doubt] = decisionText(prediction);
  byId("decision").className = "";
  byId("decision").replaceChildren(label, " ", element("small", { textContent: confidence }), ...doubtNote(doubt));
  drawBars(byId("bars"), { ...prediction, scores: prediction.scores.slice(0, mostBars) });
}

async function showWords(text, prediction, signal) {
  const { name, labels } = model();
  const parts = partsOf(text);
  const variants = variantsOf(text, parts);
  const explained = prediction.label ?? prediction.scores[0].label;
  const without = variants.length > 0 ? await predict(name, variants, { top: labels.length, signal }) : [];
  const effects = variants.length > 0 ? effectsOf(explained, prediction, without) : [0];
  byId("words").classList.remove("stale");
  drawWords(byId("words"), byId("word-list"), parts, effects);
}

async function showLines(texts, signal) {
  byId("answer").hidden = true;
  byId("reasons").hidden = true;
  const predictions = await predict(model().name, texts, { signal });
  byId("lines").hidden = false;
  drawLines(byId("line-rows"), texts, predictions, explainLine);
}

function explainLine(text) {
  byId("by-line").checked = false;
  byId("text").value = text;
  byId("text").focus();
  refresh();
}
