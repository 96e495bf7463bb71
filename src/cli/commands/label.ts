import { duplicateGroups } from "../../data/duplicates.js";
import type { Format } from "../../data/format.js";
import { labelSetOf } from "../../data/labels.js";
import { counted, listed } from "../../data/wording.js";
import { UsageError } from "../../errors.js";
import { NothingToLabelError } from "../../label/errors.js";
import { type KeptAnswers, LabelJournal } from "../../label/journal.js";
import { likeNameOf, type NamedLabel, readLabelNames } from "../../label/label-names.js";
import { writeLabelled } from "../../label/labelled-file.js";
import type { Subject } from "../../label/lesson.js";
import { givenToEqualTexts, type LabelPool, loadPool } from "../../label/pool.js";
import type { LabelSession, SessionSubject } from "../../label/session.js";
import { expectation } from "../../label/session-view.js";
import { rowsOfShare } from "../../label/shares.js";
import { type LabelState, replay } from "../../label/state.js";
import type { StrategyName } from "../../label/strategies/names.js";
import { stderrLog } from "../../log.js";
import { journalOf, requireOwnOutput } from "../output-place.js";
import { commandLine, print, printJson, shellWord } from "../print.js";

/** What the command line gives `label`. */
export interface LabelOptions {
  out?: string;
  labels?: string;
  strategy: StrategyName;
  propagate?: number;
  multiLabel?: boolean;
  share?: { part: number; of: number };
  overlap: number;
  allRows?: boolean;
  write?: boolean;
  batch?: number;
  merge?: string[];
  text?: string;
  label?: string;
  format?: Format;
  encoder?: string;
  maxTokens?: number;
  cache: boolean;
  seed: number;
  json?: boolean;
  quiet?: boolean;
}

/** `headstart label`. @throws the errors of reading and writing; JournalInUseError, OtherJournalError, DamagedJournalError, NothingToLabelError */
export async function label(data: string | undefined, options: LabelOptions): Promise<void> {
  if (options.merge) return (await import("./label-merge.js")).labelMerge(options.merge, options);
  if (data === undefined)
    throw new UsageError("label needs a file of texts: headstart label <data> --out <labelled.csv>.");
  const asks = !options.write && options.batch === undefined;
  requireUsable(data, asks, options);
  const pool = await loadPool(data, options);
  for (const note of pool.notes) stderrLog(options).info(note);
  const work = openWork(pool, options, asks);
  if (options.batch !== undefined) return (await import("./label-batch.js")).labelBatch(pool, work, options);
  if (asks) await ask(pool, work, options);
  else await conclude(pool, replay(work.session.beginning, work.session.events), options);
}

function requireUsable(data: string, asks: boolean, { out, batch }: LabelOptions): void {
  if (out === undefined && batch === undefined) {
    throw new UsageError("label needs --out <labelled.csv>: where to write the labelled rows.");
  }
  if (batch === undefined) requireOwnOutput("--out", out!, [data]);
  if (!asks) return;
  if (data === "-")
    throw new UsageError("label reads keys from the terminal, so the texts cannot come from there: name a file.");
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  const which = process.stdin.isTTY ? "stdout" : "stdin";
  throw new UsageError(
    `label asks on a terminal, and ${which} is none. Start it in one (ssh -t), print texts to label elsewhere with --batch <n>, ` +
      "or write what is labelled already with --write.",
  );
}

/** A session as it stands on the disk, and what its model is opened with. */
export interface LabelWork {
  session: SessionSubject;
  model: Subject;
  close(): void;
}

function openWork(pool: LabelPool, options: LabelOptions, asks: boolean): LabelWork {
  const { out, seed, multiLabel = false, strategy, propagate, encoder, maxTokens, cache } = options;
  const told = options.labels === undefined ? [] : readLabelNames(options.labels);
  const head = {
    event: "begin" as const,
    schema: 1 as const,
    texts: pool.fingerprint,
    rows: pool.texts.length,
    multiLabel,
    labels: initialLabels(pool, told),
  };
  const groups = duplicateGroups(pool.texts);
  const order = rowsOfShare(groups, seed, options.share, options.overlap).filter((row) => /\S/.test(pool.texts[row]));
  if (order.length === 0) throw new NothingToLabelError(pool.shape.name, pool.texts.length);
  const path = journalOf(`${out}`);
  const journal = asks ? LabelJournal.open(path, head) : undefined;
  const kept = journal ?? LabelJournal.read(path, head);
  const beginning = { labels: kept.head.labels, answers: givenToEqualTexts(pool.given, groups) };
  const state = replay(beginning, kept.events);
  const added = head.labels.filter((name) => !likeNameOf(name, state.labels) && !wasReplaced(name, kept));
  const events = [...kept.events, ...added.map((name) => ({ event: "add" as const, label: name }))];
  for (const event of events.slice(kept.events.length)) journal?.append(event);
  const { texts } = pool;
  return {
    session: {
      name: pool.shape.name,
      texts,
      groups,
      multiLabel,
      beginning,
      events,
      order,
      descriptions: new Map(told.flatMap(({ name, description }) => (description ? [[name, description]] : []))),
      append: (event) => journal?.append(event),
    },
    model: {
      texts,
      order,
      multiLabel,
      strategy,
      ahead: 5,
      near: propagate,
      encoder,
      maxTokens,
      cacheFolder: cache ? undefined : null,
      seed,
    },
    close: () => journal?.close(),
  };
}

function initialLabels(pool: LabelPool, told: readonly NamedLabel[]): string[] {
  const given = labelSetOf({ labels: [...pool.given.values()] }).names;
  return [...new Set([...told.map(({ name }) => name), ...given])];
}

/** Whether a label was renamed or merged away: it is not to come back because it is still named on the command line. */
function wasReplaced(name: string, { head, events }: KeptAnswers): boolean {
  return head.labels.includes(name) || events.some((event) => "label" in event && event.label === name);
}

async function ask(pool: LabelPool, work: LabelWork, options: LabelOptions): Promise<void> {
  const { runSession } = await import("../../label/run-session.js"); // brings Ink and React, which no other command needs
  let session: LabelSession;
  try {
    session = await runSession(work.session, work.model);
  } finally {
    work.close();
  }
  if (session.problem !== undefined)
    stderrLog(options).warn(`there were no proposals, the model stopped: ${session.problem}`);
  await conclude(pool, session.state, options, session);
}

async function conclude(
  pool: LabelPool,
  state: LabelState,
  options: LabelOptions,
  session?: LabelSession,
): Promise<void> {
  const out = options.out!;
  const rows =
    state.answers.size === 0 && !options.allRows ? 0 : await writeLabelled(out, pool, state, { all: options.allRows });
  const counts = new Map(state.labels.map((name) => [name, 0]));
  for (const labels of state.answers.values()) for (const name of labels) counts.set(name, (counts.get(name) ?? 0) + 1);
  const outlook = session?.lesson?.outlook;
  if (options.json) {
    const { size: skipped } = state.skipped;
    return printJson({ out, rows, labels: Object.fromEntries(counts), skipped, odd: state.odd.size, outlook });
  }
  const all = [...counts].map(([name, count]) => `${name} ${count.toLocaleString("en-US")}`);
  const others = [
    state.copies.size > 0 ? `${counted(state.copies.size, "copy", "copies")} among them` : "",
    state.odd.size > 0 ? `${state.odd.size} odd` : "",
    state.skipped.size > 0 ? `${state.skipped.size} skipped` : "",
  ].filter((part) => part !== "");
  print(
    `labelled ${counted(state.answers.size, "row")}: ${listed(all, 12)}${others.length > 0 ? ` (${others.join(", ")})` : ""}`,
  );
  const said = outlook && expectation(outlook);
  if (said) print(`model    ${said}`);
  if (rows === 0) return;
  print(`written  ${out}`);
  print(`next     headstart train ${shellWord(out)} --out model`);
  if (session && session.open > 0) print(`         the same command line goes on:\n         ${commandLine()}`);
}
