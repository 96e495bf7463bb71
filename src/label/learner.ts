import { type Features, selectFeatures, type Targets } from "../head/linear.js";
import { Random } from "../random.js";
import type { Tensorflow } from "../runtime/tensorflow.js";
import type { Homework, Lesson, Proposal, Subject } from "./lesson.js";
import { nearDuplicates } from "./near-duplicates.js";
import { ANSWERS_BETWEEN, outlookOf, type Snapshot } from "./outlook.js";
import { type Proposer, ProposerFitter, propose } from "./proposer.js";
import { nextRows } from "./strategies/index.js";
import { sample } from "./strategies/situation.js";

/** Texts are scored among so many at most, drawn anew each time: the best of 5,000 is as good to ask as that of a million. */
const MOST_CANDIDATES = 5000;
/** Fewer where labels are many: so many texts × labels take a tenth of a second. */
const MOST_SHARES = 150_000;
const FEWEST_CANDIDATES = 1000;
/** Texts of the stop set, as many as say how often two models differ to within a point. */
const STOP_SET = 1000;

/** What a learner is told once. */
export type LearnerOptions = Pick<Subject, "texts" | "order" | "multiLabel" | "strategy" | "ahead" | "near" | "seed">;

/** Learns from answers: fits the proposer, chooses what to ask next, and says what more answers would bring. */
export class Learner {
  readonly #random: Random;
  readonly #order: Int32Array;
  readonly #fitter: ProposerFitter;
  #snapshots: Snapshot[] = [];
  #proposer: Proposer | undefined;

  constructor(
    readonly tensorflow: Tensorflow,
    readonly options: LearnerOptions,
  ) {
    this.#random = new Random(options.seed);
    this.#fitter = new ProposerFitter(tensorflow);
    const others = new Set(options.texts.keys());
    for (const row of options.order) others.delete(row);
    const shuffled = (rows: Iterable<number>) => this.#random.shuffle(Int32Array.from(rows));
    this.#order = Int32Array.of(...shuffled(options.order), ...shuffled(others));
  }

  /** All rows in the order in which they are worth encoding: those that may be asked in front, at random. */
  get order(): Int32Array {
    return this.#order;
  }

  /** Of the last lesson, to be asked about other texts. */
  get proposer(): Proposer | undefined {
    return this.#proposer;
  }

  /**
   * @param features [N, F], rows of length 1; of texts that are not encoded yet, zeros
   * @param isKnown [N], 1 where the features are there
   * @param prototypes [K, F], of the labels' descriptions
   */
  async learn(features: Features, isKnown: Uint8Array, prototypes: Features, homework: Homework): Promise<Lesson> {
    const { labels, focus } = homework;
    const encoded = isKnown.reduce((sum, known) => sum + known, 0);
    if (labels.length === 0) return { labels, proposals: [], encoded };
    const answers = homework.answers.filter(([row]) => isKnown[row]);
    const targets = this.#targetsOf(answers, labels.length);
    const rows = answers.map(([row]) => row);
    const answered = { rows, features: selectFeatures(features, rows), targets, prototypes };
    const proposer = await this.#fitter.fit(answered);
    this.#proposer = proposer;
    const asked = this.#ask(features, isKnown, proposer, { ...homework, answers });
    const wanted = focus === undefined || asked.includes(focus) || !isKnown[focus] ? asked : [...asked, focus];
    const closed = new Set([...homework.closed, ...homework.answers.map(([row]) => row)]);
    const proposals = await this.#proposals(
      features,
      proposer,
      wanted,
      (row) => isKnown[row] === 1 && !closed.has(row),
    );
    const thresholds = proposer.thresholds && [...proposer.thresholds];
    return { labels, proposals, thresholds, outlook: this.#look(features, isKnown, proposer, answers), encoded };
  }

  get #kind(): Targets["kind"] {
    return this.options.multiLabel ? "multi-label" : "single-label";
  }

  #targetsOf(answers: Homework["answers"], classes: number): Targets {
    if (this.#kind === "single-label") {
      return { kind: "single-label", classes, labels: Int32Array.from(answers, ([, [label]]) => label) };
    }
    const labels = new Uint8Array(answers.length * classes);
    for (const [i, [, given]] of answers.entries()) for (const k of given) labels[i * classes + k] = 1;
    return { kind: "multi-label", classes, labels };
  }

  /** The rows to ask next: a strategy sees the answered rows, then a sample of the open ones. */
  #ask(features: Features, isKnown: Uint8Array, proposer: Proposer, homework: Homework): number[] {
    const closed = new Set([...homework.closed, ...homework.answers.map(([row]) => row)]);
    const open = Int32Array.from(this.options.order.filter((row) => isKnown[row] && !closed.has(row))).sort();
    const classes = homework.labels.length;
    const most = Math.max(FEWEST_CANDIDATES, Math.min(MOST_CANDIDATES, Math.floor(MOST_SHARES / classes)));
    const candidates = sample(open, most, this.#random);
    if (candidates.length === 0) return [];
    const answered = homework.answers.map(([row]) => row);
    const rows = [...answered, ...candidates];
    const part = selectFeatures(features, rows);
    const probabilities = new Float32Array(rows.length * classes); // of the answered rows none is asked for
    probabilities.set(
      propose(this.tensorflow, proposer, this.#kind, selectFeatures(features, candidates)),
      answered.length * classes,
    );
    const places = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
    const chosen = nextRows(
      this.options.strategy,
      {
        tensorflow: this.tensorflow,
        features: part,
        answered: places(0, answered.length),
        candidates: places(answered.length, candidates.length),
        kind: this.#kind,
        classes,
        probabilities,
      },
      this.options.ahead,
      this.#random.fork(),
    );
    return Array.from(chosen, (place) => rows[place]);
  }

  async #proposals(
    features: Features,
    proposer: Proposer,
    rows: readonly number[],
    isOpen: (row: number) => boolean,
  ): Promise<Proposal[]> {
    const { classes } = proposer.head;
    const shares = propose(this.tensorflow, proposer, this.#kind, selectFeatures(features, rows));
    const { near, texts } = this.options;
    const alike = near === undefined ? [] : await nearDuplicates(features, texts, rows, near);
    return rows.map((row, i) => ({
      row,
      shares: [...shares.subarray(i * classes, (i + 1) * classes)],
      alike: alike[i]?.filter(isOpen) ?? [],
    }));
  }

  /** A snapshot after every tenth answer; a smaller number of answers, after an undo, takes later snapshots back. */
  #look(features: Features, isKnown: Uint8Array, proposer: Proposer, answers: Homework["answers"]) {
    const count = answers.length;
    this.#snapshots = this.#snapshots.filter((snapshot) => snapshot.answers <= count);
    const due = (this.#snapshots.at(-1)?.answers ?? 0) + ANSWERS_BETWEEN;
    if (count >= due) this.#snapshots.push(this.#snapshot(features, isKnown, proposer, answers));
    return this.#snapshots.length === 0 ? undefined : outlookOf(this.#snapshots);
  }

  #snapshot(features: Features, isKnown: Uint8Array, proposer: Proposer, answers: Homework["answers"]): Snapshot {
    const answered = new Set(answers.map(([row]) => row));
    const stopSet = this.#order.slice(0, STOP_SET).filter((row) => isKnown[row]);
    const { classes } = proposer.head;
    const shares = propose(this.tensorflow, proposer, this.#kind, selectFeatures(features, stopSet));
    const proposals = new Int32Array(stopSet.length * (this.#kind === "multi-label" ? classes : 1));
    let sure = 0;
    let open = 0;
    for (const [i, row] of stopSet.entries()) {
      const p = shares.subarray(i * classes, (i + 1) * classes);
      if (this.#kind === "multi-label")
        for (let k = 0; k < classes; k++) proposals[i * classes + k] = p[k] >= 0.5 ? 1 : 0;
      else proposals[i] = p.indexOf(p.reduce((a, b) => Math.max(a, b)));
      if (answered.has(row)) continue;
      open++;
      sure += confidence(p, this.#kind);
    }
    return { answers: answers.length, labels: classes, proposals, expectedAccuracy: open === 0 ? 1 : sure / open };
  }
}

/** The probability that a proposal is right: of the likeliest label, or the mean over labels of the likelier of yes and no. */
function confidence(p: Float32Array, kind: Targets["kind"]): number {
  if (kind === "single-label") return p.reduce((a, b) => Math.max(a, b), 0);
  return p.reduce((sum, share) => sum + Math.max(share, 1 - share), 0) / p.length;
}
