import "./for-ink.js";
import ansiEscapes from "ansi-escapes";
import { render } from "ink";
import { createElement } from "react";
import { App } from "./app.js";
import type { Key } from "./keys.js";
import type { View } from "./view.js";

/** A full-screen view of a terminal. Whoever opens it closes it. */
export interface Screen {
  show(view: View): void;
  /** Gives the terminal back as it was. May be called again. */
  close(): void;
}

/**
 * Takes over the terminal: the other screen of it is shown, keys are read one by one, and Ctrl-C is a key. Should the process end without
 * `close`, the terminal is given back as it exits.
 *
 * @param onKey called for each key that the screen does not use to scroll the text
 */
export function openScreen(first: View, onKey: (key: Key) => void): Screen {
  const { stdout } = process;
  const isColored = stdout.hasColors?.() ?? false; // false where NO_COLOR is set
  stdout.write(ansiEscapes.enterAlternativeScreen + ansiEscapes.clearScreen);
  const element = (view: View) => createElement(App, { view, onKey, isColored });
  const app = render(element(first), { exitOnCtrlC: false, patchConsole: false });
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.removeListener("exit", close);
    app.unmount();
    stdout.write(ansiEscapes.exitAlternativeScreen);
  };
  process.once("exit", close);
  return { show: (view) => isOpen && app.rerender(element(view)), close };
}
