/** A folder that `headstart train` wrote, run by Transformers.js on this page: no server computes anything. */
import { env, pipeline } from "./vendor/transformers.min.js";

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = new URL(".", import.meta.url).pathname; // not an address: Transformers.js looks for files only under paths
env.backends.onnx.wasm.wasmPaths = new URL("vendor/", import.meta.url).href;

const status = document.getElementById("status");
const field = document.getElementById("text");
const list = document.getElementById("labels");

/** Resolves to a function: texts in, for each the labels with their probabilities, likeliest first. */
export const classifier = pipeline("text-classification", "model", { dtype: "fp32", device: "wasm" }).then(
  (classify) => (texts) => classify(texts, { top_k: null }),
);

let newest = 0;

async function label() {
  const asked = ++newest;
  const text = field.value.trim();
  if (text === "") {
    list.replaceChildren();
    return;
  }
  const startMs = performance.now();
  const [scores] = await (await classifier)([text]);
  if (asked !== newest) return; // something else stands there by now
  status.textContent = `${Math.round(performance.now() - startMs)} ms`;
  list.replaceChildren(...scores.map(item));
}

function item({ label, score }) {
  const meter = Object.assign(document.createElement("meter"), { value: score, ariaLabel: label });
  const number = Object.assign(document.createElement("output"), { textContent: `${(100 * score).toFixed(1)}%` });
  const line = document.createElement("li");
  line.append(label, meter, number);
  return line;
}

field.addEventListener("input", label);
classifier.then(
  () => {
    status.textContent = "Ready.";
    label();
  },
  (error) => {
    status.textContent = `The model could not be loaded: ${error.message}`;
  },
);
