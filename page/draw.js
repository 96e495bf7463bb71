/** Puts answers on the page. Only text is set, never markup. */

const percent = (share) => `${(100 * share).toFixed(share > 0.995 || share < 0.005 ? 1 : 0)}%`;

export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

/** Beside a label that is to be doubted, however sure it looks. */
export function doubtNote(doubt) {
  return doubt ? [" ", element("small", { className: "doubt", textContent: doubt })] : [];
}

/** What a prediction says in a few words: the label, how sure it is, and whether the label is to be doubted all the same. */
export function decisionText({ label, labels, confidence, inScope }) {
  if (inScope === false) return [label, percent(confidence), "probably fits none of the labels"];
  if (labels === undefined) return [label, percent(confidence)];
  return [labels.length === 0 ? "no label" : labels.join(", "), percent(confidence)];
}

/** @param scores likeliest first */
export function drawBars(list, { label, labels = [label], scores }) {
  list.replaceChildren(
    ...scores.map((score) => {
      const given = labels.includes(score.label) ? "name given" : "name";
      const number = element("span", { className: "number", textContent: percent(score.probability) });
      return element(
        "li",
        {},
        element("span", { className: given, textContent: score.label }),
        bar(score.probability),
        number,
      );
    }),
  );
}

/** As SVG, whose width is an attribute: the page's policy forbids styles in markup. */
function bar(share) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("width", `${100 * share}%`);
  rect.setAttribute("height", "100%");
  svg.setAttribute("aria-hidden", "true");
  svg.append(rect);
  return element("span", { className: "track" }, svg);
}

/** Colours the parts of a text by what they change, and lists the strongest. */
export function drawWords(paragraph, list, parts, effects) {
  const largest = Math.max(0.05, ...effects.map(Math.abs));
  paragraph.replaceChildren(
    ...parts.flatMap((part, i) => {
      const word = part.text.trimEnd();
      const mark = element("mark", { textContent: word, title: points(effects[i]) });
      const wash = effects[i] >= 0 ? "--blue-wash" : "--orange-wash";
      const strength = Math.abs(effects[i]) / largest;
      if (strength > 0.05) mark.style.background = `rgb(var(${wash}) / ${(0.55 * strength).toFixed(2)})`;
      return [mark, part.text.slice(word.length)];
    }),
  );
  const strongest = parts
    .map(({ text }, i) => ({ text: text.trim(), effect: effects[i] }))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .filter(({ effect }) => Math.abs(effect) >= 0.005)
    .slice(0, 6);
  list.replaceChildren(
    ...strongest.map(({ text, effect }) =>
      element(
        "li",
        {},
        text,
        element("span", { className: effect >= 0 ? "number for" : "number against", textContent: points(effect) }),
      ),
    ),
  );
}

function points(effect) {
  return `${effect < 0 ? "−" : "+"}${Math.abs(100 * effect).toFixed(0)}`;
}

export function drawNeighbours(list, found) {
  list.replaceChildren(
    ...found.map(({ text, labels, similarity }) => {
      const facts = element(
        "p",
        { className: "facts" },
        element("strong", { textContent: labels.join(", ") || "no label" }),
      );
      facts.append(`, similarity ${similarity.toFixed(2)}`);
      return element("li", {}, element("p", { textContent: text }), facts);
    }),
  );
}

/** @param onChoose called with a text when its row is chosen */
export function drawLines(body, texts, predictions, onChoose) {
  body.replaceChildren(
    ...texts.map((text, i) => {
      const [label, confidence, doubt] = decisionText(predictions[i]);
      const button = element("button", {
        type: "button",
        textContent: text,
        className: "plain",
        title: "Explain this one",
      });
      button.addEventListener("click", () => onChoose(text));
      return element(
        "tr",
        {},
        element("td", {}, button),
        element("td", {}, label, ...doubtNote(doubt)),
        element("td", { className: "number", textContent: confidence }),
      );
    }),
  );
}
