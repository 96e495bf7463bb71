import { html, type Markup } from "../markup.js";
import { COLUMN_WIDTH } from "./draw.js";

/** A chart drawn twice, for a wide page and for a phone, where shrinking it would leave its text unreadable; the style sheet shows one. */
export function responsive(wide: number, drawAt: (width: number) => Markup | readonly Markup[]): Markup {
  return html`<div class="wide">${drawAt(wide)}</div><div class="narrow">${drawAt(COLUMN_WIDTH)}</div>`;
}
