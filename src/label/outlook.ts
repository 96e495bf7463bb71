import { fitPowerLaw } from "../experiments/power-law.js";
import { average } from "../mean.js";
import { kappa } from "./agreement.js";

/** What the model said of the stop set after so many answers. */
export interface Snapshot {
  answers: number;
  /** K */
  labels: number;
  /** The proposal for each text of the stop set. */
  proposals: Int32Array;
  /** The mean confidence of the proposals: where it is calibrated, the share that is right. */
  expectedAccuracy: number;
}

/** What more answers are likely to bring. */
export interface Outlook {
  /** Missing where answers are too few for the labels to tell. */
  expectedAccuracy?: number;
  /** Accuracy that `answers` more are expected to bring; missing before there is a curve. */
  gain?: { answers: number; accuracy: number };
  /** Mean kappa of the last successive snapshots; missing before there are enough of them. */
  stability?: number;
  /** Proposals have stopped changing. */
  isStable: boolean;
}

/** Answers between two snapshots: shorter intervals make every model look stable. */
export const ANSWERS_BETWEEN = 10;
/** Successive kappas that are averaged, and from which mean on labelling may stop: Bloodgood and Vijay-Shanker 2009, section 4. */
const WINDOW = 3;
const STABLE = 0.99;
const MORE = 50;
/**
 * Answers for each label before the model can judge itself: left out of a fold, a label's only answer says how well its name does. With 64 labels
 * and 100 answers it expected 19% and reached 45%, from three a label on they are 3 points apart (docs/decisions/0007).
 */
const ANSWERS_PER_LABEL = 3;
/** Before so many the curve has no shape yet: gains of next to nothing were expected with 18 points to come. */
const FEWEST_FOR_GAIN = 50;

/**
 * Stopping advice by stabilising predictions (Bloodgood and Vijay-Shanker 2009): labelling may stop when the mean kappa between
 * successive models on a stop set of unlabelled texts reaches 0.99. Beside it what the model expects of its proposals, and the gain of 50
 * more answers, from a power law through the errors that the models expected of themselves.
 *
 * @param snapshots by answers, ascending; at least one
 */
export function outlookOf(snapshots: readonly Snapshot[]): Outlook {
  const last = snapshots.at(-1)!;
  const kappas = snapshots.slice(1).map(({ proposals }, i) => kappa(snapshots[i].proposals, proposals));
  const recent = kappas.slice(-WINDOW);
  const stability = recent.length < WINDOW ? undefined : average(recent);
  return {
    expectedAccuracy: canJudge(last) ? last.expectedAccuracy : undefined,
    gain: gainOf(snapshots),
    stability,
    isStable: stability !== undefined && stability >= STABLE,
  };
}

function gainOf(snapshots: readonly Snapshot[]): Outlook["gain"] {
  const { answers } = snapshots.at(-1)!;
  if (answers < FEWEST_FOR_GAIN) return undefined;
  const points = snapshots
    .filter(canJudge)
    .map(({ answers, expectedAccuracy }) => ({ n: answers, error: 1 - expectedAccuracy }));
  const law = fitPowerLaw(points);
  if (!law) return undefined;
  return { answers: MORE, accuracy: Math.max(0, law.errorAt(answers).error - law.errorAt(answers + MORE).error) };
}

function canJudge({ answers, labels }: Snapshot): boolean {
  return answers >= Math.max(ANSWERS_BETWEEN, ANSWERS_PER_LABEL * labels);
}
