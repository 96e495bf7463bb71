import type { LabelEvent } from "./journal.js";

/** Where labelling stands. */
export interface LabelState {
  /** In the order of their keys. */
  labels: readonly string[];
  /** Labels by row: answered, copied from an equal text, or there from the start. */
  answers: ReadonlyMap<number, readonly string[]>;
  /** Rows whose label was copied from an equal or nearly equal text. */
  copies: ReadonlySet<number>;
  skipped: ReadonlySet<number>;
  /** Rows that fit none of the labels. */
  odd: ReadonlySet<number>;
  notes: ReadonlyMap<number, string>;
  /** What undo takes back, the last one first. */
  done: readonly LabelEvent[];
}

/** What there was before the first event. */
export interface Beginning {
  labels: readonly string[];
  answers: ReadonlyMap<number, readonly string[]>;
}

/** The events that stand: each `undo` takes back the last one before it. */
export function standing(events: readonly LabelEvent[]): LabelEvent[] {
  const done: LabelEvent[] = [];
  for (const event of events) {
    if (event.event === "undo") done.pop();
    else done.push(event);
  }
  return done;
}

/** The state after the events; the same events always give the same state. */
export function replay(beginning: Beginning, events: readonly LabelEvent[]): LabelState {
  const done = standing(events);
  const state = {
    labels: [...beginning.labels],
    answers: new Map(beginning.answers),
    copies: new Set<number>(),
    skipped: new Set<number>(),
    odd: new Set<number>(),
    notes: new Map<number, string>(),
    done,
  };
  for (const event of done) apply(state, event);
  return state;
}

type Draft = Omit<LabelState, "answers" | "copies" | "skipped" | "odd" | "notes" | "labels"> & {
  labels: string[];
  answers: Map<number, readonly string[]>;
  copies: Set<number>;
  skipped: Set<number>;
  odd: Set<number>;
  notes: Map<number, string>;
};

function apply(state: Draft, event: LabelEvent): void {
  switch (event.event) {
    case "label":
      for (const label of event.labels) addLabel(state, label);
      for (const row of [event.row, ...(event.also ?? [])]) {
        release(state, row);
        state.answers.set(row, event.labels);
        if (row !== event.row) state.copies.add(row);
      }
      return;
    case "skip":
    case "odd":
      release(state, event.row);
      state[event.event === "skip" ? "skipped" : "odd"].add(event.row);
      return;
    case "note":
      if (event.note === "") state.notes.delete(event.row);
      else state.notes.set(event.row, event.note);
      return;
    case "add":
      addLabel(state, event.label);
      return;
    case "rename":
      replaceLabel(state, event.label, event.to);
      return;
    case "merge":
      replaceLabel(state, event.label, event.into);
      return;
  }
}

function addLabel(state: Draft, label: string): void {
  if (!state.labels.includes(label)) state.labels.push(label);
}

function release(state: Draft, row: number): void {
  for (const rows of [state.answers, state.copies, state.skipped, state.odd]) rows.delete(row);
}

/** The label keeps its key, unless the other one has a key already. */
function replaceLabel(state: Draft, label: string, by: string): void {
  state.labels = [
    ...new Set(state.labels.map((name) => (name === label && !state.labels.includes(by) ? by : name))),
  ].filter((name) => name !== label);
  for (const [row, labels] of state.answers) {
    if (labels.includes(label))
      state.answers.set(row, [...new Set(labels.map((name) => (name === label ? by : name)))]);
  }
}
