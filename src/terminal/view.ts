/** A label on its key. */
export interface Choice {
  /** Empty where all keys are taken: the label is chosen by its name then. */
  key: string;
  name: string;
  /** The model's probability, 0 … 1. */
  share?: number;
  /** Proposed: what Enter takes. */
  isProposed?: boolean;
  /** Marked by the person, where a text may have several. */
  isMarked?: boolean;
}

/** A line that is being typed, with what it can be completed to. */
export interface PromptView {
  title: string;
  value: string;
  options: readonly string[];
  /** The option that Enter takes; -1 for what was typed. */
  at: number;
}

/** Everything that is on the screen. */
export interface View {
  /** Left and right of the first line. */
  title: string;
  progress: string;
  /** The text that is asked; undefined when there is none. Any Unicode; control characters are shown as spaces. */
  text?: string;
  /** Shown in place of a text. */
  message?: string;
  /** Facts of the text: where it stands, how many are equal to it. */
  facts: string;
  choices: readonly Choice[];
  /** What was just done. */
  done: string;
  /** What more answers are expected to bring. */
  outlook: string;
  /** The most important keys, each with what it does. */
  keys: readonly (readonly [key: string, does: string])[];
  prompt?: PromptView;
  /** Lines of help, in place of all else. */
  help?: readonly string[];
}
