import { counted } from "../data/wording.js";
import type { Choice, View } from "../terminal/view.js";
import type { Outlook } from "./outlook.js";
import { type LabelSession, labelKeys } from "./session.js";

/** With more labels than this the likeliest stand first: not all of them are on a screen. Their keys stay. */
const ALWAYS_IN_ORDER = 12;

/** What is to be seen of a session. */
export function viewOf(session: LabelSession): View {
  const { subject, state, row, prompt, isHelpOpen } = session;
  const labelled = state.answers.size;
  return {
    title: `headstart · ${subject.name}`,
    progress: `${labelled.toLocaleString("en-US")} labelled, ${session.open.toLocaleString("en-US")} left`,
    text: row === undefined ? undefined : subject.texts[row],
    message: row === undefined ? nothingLeft(session) : undefined,
    facts: row === undefined ? "" : factsOf(session, row),
    choices: choicesOf(session),
    done: session.done,
    outlook: outlookText(session),
    keys: subject.multiLabel ? severalKeys : oneKeys,
    prompt: prompt?.view,
    help: isHelpOpen ? helpLines(subject.multiLabel) : undefined,
  };
}

const signs = [
  ["Space", "skip"],
  ["Bksp", "undo"],
  ["/", "find"],
  ["+", "add"],
  ["=", "rename"],
  ["&", "merge"],
  ["!", "odd"],
  [";", "note"],
  ["?", "help"],
  ["Q", "quit"],
] as const;
const oneKeys = [["Enter", "accept"], ...signs] as const;
const severalKeys = [["Enter", "save"], ...signs] as const;

function nothingLeft({ state }: LabelSession): string {
  const { size } = state.skipped;
  const skipped = size === 0 ? "" : ` ${counted(size, "text was", "texts were")} skipped: / finds them.`;
  return `Nothing is left to ask.${skipped} Q quits and writes the file.`;
}

function factsOf({ state, subject, proposal }: LabelSession, row: number): string {
  const equal = subject.groups.reduce((sum, group) => sum + (group === subject.groups[row] ? 1 : 0), 0) - 1;
  const given = state.answers.get(row);
  const remark = subject.remarks?.get(row);
  const facts = [
    `row ${(row + 1).toLocaleString("en-US")} of ${subject.texts.length.toLocaleString("en-US")}`,
    remark ? `in the file: ${remark.given.join(" | ") || "no label"}` : "",
    equal > 0 ? counted(equal, "equal text") : "",
    proposal && proposal.alike.length > 0 ? counted(proposal.alike.length, "near-duplicate") : "",
    given ? `labelled ${given.join(" | ") || "none"}${state.copies.has(row) ? " as a copy" : ""}` : "",
    state.odd.has(row) ? "marked as odd" : "",
    state.skipped.has(row) ? "skipped" : "",
    state.notes.has(row) ? `note: ${state.notes.get(row)}` : "",
  ];
  return facts.filter((fact) => fact !== "").join(" · ");
}

function choicesOf(session: LabelSession): Choice[] {
  const { state, proposal, proposed, marks, subject } = session;
  const choices = state.labels.map((name, k): Choice => {
    const at = proposal ? proposal.labels.indexOf(name) : -1;
    const isProposed = proposed.includes(name);
    const isMarked = subject.multiLabel && (marks ? marks.has(name) : isProposed);
    return { key: labelKeys[k] ?? "", name, share: at === -1 ? undefined : proposal!.shares[at], isProposed, isMarked };
  });
  if (choices.length <= ALWAYS_IN_ORDER) return choices;
  return choices.sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
}

function outlookText({ lesson, problem, state, subject, row }: LabelSession): string {
  if (subject.remarks) return subject.remarks.get(row ?? -1)?.reason ?? "";
  if (problem !== undefined) return `no proposals, the model stopped: ${problem}`;
  if (!lesson) return "model: being loaded; labels can be given meanwhile";
  const { encoded, outlook } = lesson;
  const share = encoded / subject.texts.length;
  const learning = state.answers.size === 0 ? "knows the names of the labels" : "learns from your answers";
  if (share === 1) return `model: ${(outlook && expectation(outlook)) ?? learning}`;
  const now = outlook && expectation({ expectedAccuracy: outlook.expectedAccuracy, isStable: false });
  return `model: ${now ?? learning} · ${Math.floor(100 * share)}% of the texts read`;
}

/** In words what a model expects of itself, and of more answers; undefined before it can tell. */
export function expectation({ expectedAccuracy, gain, isStable }: Outlook): string | undefined {
  if (expectedAccuracy === undefined) return isStable ? "proposals no longer change: you may stop" : undefined;
  const now = `about ${Math.round(100 * expectedAccuracy)}% of proposals right`;
  if (isStable) return `${now} · they no longer change: you may stop`;
  if (!gain) return now;
  const points = 100 * gain.accuracy;
  const more =
    points < 0.5 ? "hardly anything" : `about +${points < 2 ? points.toFixed(1) : Math.round(points)} points`;
  return `${now} · ${gain.answers} more answers: ${more}`;
}

function helpLines(multiLabel: boolean): string[] {
  const choosing = multiLabel
    ? ["  1-9 a-z     mark a label, or take its mark away (*)", "  Enter       save the marks; none is an answer too"]
    : ["  1-9 a-z     choose the label on that key", "  Enter       accept the label that the model proposes (>)"];
  return [
    "Keys",
    "",
    ...choosing,
    "  Tab         choose a label by its name",
    "  Space       skip this text",
    "  Backspace   take back the last thing done, any number, also of earlier days",
    "  arrows      scroll a long text; also PageUp, PageDown, Home, End",
    "  /           find a text by a part of it, also one that is labelled",
    "  +  =  &     add a label, rename one, merge one into another",
    "  !           mark as odd: none of the labels fits",
    "  ;           write a note to this text",
    "  Q  Ctrl-C   quit; the same command line goes on from here",
    "",
    "Every answer is on the disk before the next text is shown.",
    "Percentages are the probabilities that the model has learnt from your answers.",
    " ",
    "Any key closes this page.",
  ];
}
