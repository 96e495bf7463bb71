"""Writes test/fixtures/head/*.json: scikit-learn's optimum on small synthetic data, to compare the head with.

    python scripts/oracles/head_oracle.py      # needs numpy and scikit-learn; 5 seconds; run in the repository root
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

FOLDER = Path("test/fixtures/head")


def features(rng, rows, size):
    """Unit rows with a common mean, like sentence embeddings, in digits that JSON and float32 keep."""
    x = rng.normal(size=(rows, size)) * np.linspace(2, 0.3, size) + 1
    return np.round(x / np.linalg.norm(x, axis=1, keepdims=True), 4).astype(np.float32)


def optimum(x, y, C, class_weight):
    model = LogisticRegression(C=C, class_weight=class_weight, tol=1e-10, max_iter=100_000)
    model.fit(x.astype(np.float64), y)
    p = model.predict_proba(x.astype(np.float64))
    weights = np.ones(len(y))
    if class_weight == "balanced":
        counts = np.bincount(y)
        weights = (len(y) / (len(counts) * counts))[y]
    loss = 0.5 * (model.coef_**2).sum() - C * (weights * np.log(p[np.arange(len(y)), y])).sum()
    return {
        "coef": np.round(model.coef_, 7).tolist(),
        "intercept": np.round(model.intercept_, 7).tolist(),
        "loss": float(loss),
        "probabilities": np.round(p, 7).tolist(),
    }


def write(name, x, targets, fits):
    record = {"scikitLearn": sklearn.__version__, "rows": x.shape[0], "size": x.shape[1]}
    record |= {"x": [round(float(v), 4) for v in x.ravel()], **targets, "fits": fits}
    text = json.dumps(record, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text + "\n")
    print(f"{name}.json: {len(text)} bytes")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = [(0.1, None), (1, None), (30, None), (1, "balanced")]
    for name, rows, size, classes in (("softmax", 60, 16, 4), ("binary", 50, 12, 2)):
        rng = np.random.default_rng(classes)
        x = features(rng, rows, size)
        scores = x @ rng.normal(size=(size, classes)) * 3 + rng.gumbel(size=(rows, classes)) + np.linspace(0, 1, classes)
        y = scores.argmax(1)
        fits = [{"C": C, "classWeight": cw, **optimum(x, y, C, cw)} for C, cw in settings]
        write(name, x, {"classes": classes, "labels": y.tolist()}, fits)

    rng = np.random.default_rng(8)
    x = features(rng, 20, 48)
    x[17] = x[3]
    y = np.arange(20) % 3
    y[17] = y[3]
    fits = [{"C": C, "classWeight": cw, **optimum(x, y, C, cw)} for C, cw in settings]
    write("wide", x, {"classes": 3, "labels": y.tolist()}, fits)

    rng = np.random.default_rng(7)
    x = features(rng, 60, 10)
    labels = (x @ rng.normal(size=(10, 3)) * 3 + rng.logistic(size=(60, 3)) > [0, 1, 2]).astype(int)
    fits = [
        {"C": C, "classWeight": cw, "labels": [optimum(x, labels[:, k], C, cw) for k in range(3)]} for C, cw in settings
    ]
    write("multi-label", x, {"classes": 3, "labels": labels.ravel().tolist()}, fits)


main()
