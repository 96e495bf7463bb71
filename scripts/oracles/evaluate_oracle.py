"""Writes test/fixtures/evaluate/*.json: inputs and what scikit-learn and scipy say of them.

Run:    python scripts/oracles/evaluate_oracle.py      (needs numpy, scipy, scikit-learn; takes seconds)
Prints: the files written and the versions used.

Probabilities are multiples of 1/64, so that they are exact in float32 and in JSON, and ties and zeros occur.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import binomtest
from sklearn import metrics

warnings.filterwarnings("ignore")
FOLDER = Path(__file__).parents[2] / "test" / "fixtures" / "evaluate"


def ece(confidence, outcome, bins):
    """Guo et al. 2017, equation 3, bins (low, high]."""
    edges = np.linspace(0, 1, bins + 1)
    index = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, bins - 1)
    parts = [np.abs(outcome[index == b].mean() - confidence[index == b].mean()) * (index == b).mean()
             for b in range(bins) if (index == b).any()]
    return float(np.sum(parts))


def sixty_fourths(rng, rows, classes, labels, pull):
    """Rows of multiples of 1/64 that sum to 1, pulled towards the label."""
    weights = rng.gamma(0.5, size=(rows, classes))
    for row, label in enumerate(labels):
        if label >= 0:
            weights[row, label] += pull
    parts = np.floor(64 * weights / weights.sum(1, keepdims=True)).astype(int)
    for row in parts:
        row[np.argmax(row)] += 64 - row.sum()
    return (parts / 64).astype(np.float32)


def single_label_case(name, rng, rows, classes, labels, pull, never_predicted=None, tie_rows=0):
    p = sixty_fourths(rng, rows, classes, labels, pull)
    if never_predicted is not None:
        p[:, (never_predicted + 1) % classes] += p[:, never_predicted]
        p[:, never_predicted] = 0
    for row in range(tie_rows):
        p[row] = 0
        p[row, [1, classes - 1]] = 0.5
    predicted = p.argmax(1)
    confidence = p.max(1).astype(np.float64)
    right = (predicted == labels).astype(np.float64)
    known = labels >= 0
    ids = list(range(classes))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=ids, zero_division=0)
    known_loss = metrics.log_loss(labels[known], p[known], labels=ids, normalize=False)
    unknown_loss = -np.log(np.finfo(np.float32).eps) * (~known).sum()
    return {
        "name": name, "classes": classes, "probabilities": p.ravel().tolist(), "labels": labels.tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(labels, predicted),
            "macroF1": metrics.f1_score(labels, predicted, average="macro", zero_division=0),
            "weightedF1": metrics.f1_score(labels, predicted, average="weighted", zero_division=0),
            "logLoss": (known_loss + unknown_loss) / rows,
            "ece": ece(confidence, right, 15),
            "ece8": ece(confidence, right, 8),
            "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
            "support": support.tolist(),
            "confusion": metrics.confusion_matrix(labels[known], predicted[known], labels=ids).tolist(),
            "unknownLabels": int((~known).sum()),
        },
    }


def single_label_cases():
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 4, 80)
    yield single_label_case("four classes", rng, 80, 4, labels, 1.0)
    yield single_label_case("two classes", rng, 60, 2, rng.choice([0, 0, 0, 1], 60), 0.5)
    absent = rng.choice([0, 1, 3, 4], 70)
    yield single_label_case("a class absent from the labels", rng, 70, 5, absent, 1.0)
    yield single_label_case("a class never predicted, probability exactly 0", rng, 70, 5, rng.integers(0, 5, 70), 1.0, 2)
    both = rng.choice([0, 1, 3, 4], 70)
    yield single_label_case("a class neither labelled nor predicted", rng, 70, 5, both, 1.0, 2)
    yield single_label_case("ties for the highest probability", rng, 40, 4, rng.integers(0, 4, 40), 1.0, None, 20)
    unknown = np.where(rng.random(80) < 0.15, -1, rng.integers(0, 4, 80))
    yield single_label_case("labels that the model does not know", rng, 80, 4, unknown, 1.0)


def multi_label_case(name, rng, rows, classes, without_positives=None, empty_rows=0):
    y = (rng.random((rows, classes)) < rng.uniform(0.1, 0.6, classes)).astype(int)
    if without_positives is not None:
        y[:, without_positives] = 0
    y[:empty_rows] = 0
    p = np.clip(np.round(64 * (0.25 + 0.35 * y + rng.normal(0, 0.2, y.shape))) / 64, 0, 1).astype(np.float32)
    p[:empty_rows // 2] = 0
    thresholds = (rng.integers(20, 44, classes) / 64).astype(np.float32)
    given = (p >= thresholds).astype(int)
    eps = np.finfo(np.float32).eps
    q = np.clip(p.astype(np.float64), eps, 1 - eps)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(y, given, zero_division=0)
    f = lambda average: metrics.f1_score(y, given, average=average, zero_division=0)
    return {
        "name": name, "classes": classes, "probabilities": p.ravel().tolist(), "labels": y.ravel().tolist(),
        "thresholds": thresholds.tolist(),
        "expected": {
            "subsetAccuracy": metrics.accuracy_score(y, given),
            "microF1": f("micro"), "macroF1": f("macro"), "samplesF1": f("samples"),
            "hammingLoss": metrics.hamming_loss(y, given),
            "logLoss": float(-(y * np.log(q) + (1 - y) * np.log(1 - q)).mean()),
            "meanAveragePrecision": metrics.average_precision_score(y, p, average="macro"),
            "averagePrecision": np.atleast_1d(metrics.average_precision_score(y, p, average=None)).tolist(),
            "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
            "support": support.tolist(),
        },
    }


def multi_label_cases():
    rng = np.random.default_rng(11)
    yield multi_label_case("four labels", rng, 80, 4)
    yield multi_label_case("a label without a positive row", rng, 60, 5, 3)
    yield multi_label_case("rows without a label", rng, 60, 4, None, 20)


def mcnemar_cases():
    for b, c in [(0, 0), (0, 1), (1, 0), (0, 6), (3, 3), (5, 12), (12, 5), (40, 61), (200, 260), (900, 1000),
                 (3000, 3300), (0, 1000), (10, 9000)]:
        yield {"onlyA": b, "onlyB": c, "p": 1.0 if b + c == 0 else binomtest(min(b, c), b + c, 0.5).pvalue}


def write(name, cases):
    path = FOLDER / name
    versions = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    path.write_text(json.dumps({"versions": versions, "cases": list(cases)}, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size:,} bytes  {versions}")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("single-label.json", single_label_cases())
    write("multi-label.json", multi_label_cases())
    write("mcnemar.json", mcnemar_cases())
