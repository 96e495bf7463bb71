import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { Markup } from "../markup.js";

/** Size of type in charts, px at natural size. */
export const CHART_FONT_SIZE = 11;

/** Natural width of a chart of one column: as wide as a phone shows without shrinking it. */
export const COLUMN_WIDTH = 340;

/** What a chart shows, for readers who cannot see it. */
export interface ChartLabel {
  /** Unique on the page, but for versions of one chart. */
  title: string;
  /** Tells versions of one chart apart. */
  version?: number;
  /** The finding in a sentence. */
  description: string;
}

/**
 * Draws a chart as SVG, without a browser. Colours are style-sheet variables, so that the page's dark mode applies.
 * @returns an `svg` with `title` and `desc`.
 */
export function draw(options: PlotOptions, { title, version, description }: ChartLabel): Markup {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = plot({
    width: COLUMN_WIDTH,
    style: { fontSize: `${CHART_FONT_SIZE}px`, fontFamily: "inherit" },
    ...options,
    className: "chart",
    document,
  }) as unknown as DrawnElement;
  // Plot's own rules would fix a white background; the page's style sheet has rules for `.chart`.
  svg.querySelector("style")?.remove();
  const id = `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}${version === undefined ? "" : `-${version}`}`;
  for (const [name, text] of [
    ["desc", description],
    ["title", title],
  ]) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    element.setAttribute("id", `${name}-${id}`);
    element.textContent = text;
    svg.prepend(element);
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-labelledby", `title-${id} desc-${id}`);
  return new Markup(svg.outerHTML);
}

/** What is used of the DOM, whose types a Node program does not have. */
interface DrawnElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  prepend(child: unknown): void;
  querySelector(selector: string): { remove(): void } | null;
}
