"""Writes test/fixtures/experiments/*.json: reference values for src/experiments.

    python scripts/oracles/experiments_oracle.py --logme <LogME.py>      (numpy, numba, scipy, scikit-learn; a second)

LogME.py is the authors' program: github.com/thuml/LogME, commit 3a0895084badc924dce3eb049580100bf7258f42. It is not kept here.

tfidf.json: scikit-learn's TfidfVectorizer with its defaults.
rankings.json: LogME by the authors' program, and by the formulas of You et al. 2021 and 2022 with dense matrices; the regularised H-score of Ibrahim et al. 2022 on
scikit-learn's LedoitWolf; leave-one-out nearest neighbours by brute force. More rows than columns, fewer, and columns that depend on others.
coral.json: CORAL with scipy's fractional matrix powers, regularised by each domain's mean variance.
"""

import argparse
import importlib.util
import json
import pathlib

import numpy
import scipy
import scipy.linalg
import sklearn
from sklearn.covariance import LedoitWolf
from sklearn.feature_extraction.text import TfidfVectorizer

FOLDER = pathlib.Path(__file__).parents[2] / "test/fixtures/experiments"
VERSIONS = {"numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}


def tfidf():
    train = [
        "The room was clean, the food was good.",
        "No: the room was NOT clean!",
        "Ünïcode wörks, e.g. in 北京 and Москва_1",
        "a b c",
    ]
    test = ["the the clean room", "nothing known here", "Good food in москва_1"]
    vectorizer = TfidfVectorizer()
    fitted = vectorizer.fit_transform(train).toarray()
    return {
        "train": train,
        "test": test,
        "terms": vectorizer.get_feature_names_out().tolist(),
        "fitted": fitted.tolist(),
        "transformed": vectorizer.transform(test).toarray().tolist(),
    }


def evidence(f, y):
    """log p(y | F, a, b) / N at the fixed point, from A = a I + b F'F as it stands in the papers."""
    n, d = f.shape
    gram = f.T @ f
    eigenvalues = numpy.linalg.eigvalsh(gram).clip(0)
    a, b = 1.0, 1.0
    for _ in range(11):
        t = a / b
        precision = a * numpy.eye(d) + b * gram
        m = b * numpy.linalg.solve(precision, f.T @ y)
        gamma = (b * eigenvalues / (a + b * eigenvalues)).sum()
        m2, res2 = m @ m, ((f @ m - y) ** 2).sum()
        a, b = gamma / (m2 + 1e-5), (n - gamma) / (res2 + 1e-5)
        if abs(a / b - t) / t <= 1e-3:
            break
    log_det = numpy.linalg.slogdet(a * numpy.eye(d) + b * gram)[1]
    return (n * numpy.log(b) + d * numpy.log(a) - n * numpy.log(2 * numpy.pi) - b * res2 - a * m2 - log_det) / (2 * n)


def log_me(f, y, classes):
    return float(numpy.mean([evidence(f, (y == k).astype(float)) for k in range(classes)]))


def h_score(f, y, classes):
    f = f - f.mean(0)
    fitted = LedoitWolf().fit(f)
    g = numpy.zeros_like(f)
    for k in range(classes):
        g[y == k] = f[y == k].mean(0)
    between = numpy.cov(g, rowvar=False)
    return float(numpy.trace(numpy.linalg.pinv(fitted.covariance_, rcond=1e-15) @ ((1 - fitted.shrinkage_) * between)))


def neighbours(f, y):
    right = 0
    for i in range(len(f)):
        similarity = f @ f[i]
        similarity[i] = -numpy.inf
        order = numpy.argsort(-similarity, kind="stable")[:5]
        votes = {}
        for j in order:
            votes[y[j]] = votes.get(y[j], 0) + 1
        right += max(votes, key=lambda k: votes[k]) == y[i]
    return right / len(f)


def rankings():
    random = numpy.random.default_rng(5)
    cases = []
    for rows, size, classes, rank in [(60, 8, 3, 8), (20, 32, 2, 32), (40, 12, 4, 5)]:
        y = numpy.arange(rows) % classes
        centres = random.normal(size=(classes, rank))
        f = (centres[y] + random.normal(size=(rows, rank))) @ random.normal(size=(rank, size))
        f = (f / numpy.linalg.norm(f, axis=1, keepdims=True)).astype(numpy.float32).astype(float)
        authors = AUTHORS.LogME()
        facts = {"rank": rank, "logmeAuthors": float(authors.fit(f, y)), "alphas": [float(a) for a in authors.alphas]}
        facts |= {"logme": log_me(f, y, classes), "hscore": h_score(f, y, classes), "neighbours": neighbours(f, y)}
        cases.append({"rows": rows, "size": size, "classes": classes, "features": f.ravel().tolist(), "labels": y.tolist(), **facts})
    return {"cases": cases}


def coral():
    random = numpy.random.default_rng(6)
    source = random.normal(size=(30, 6)) @ random.normal(size=(6, 6)) + 1
    target = random.normal(size=(20, 6)) @ random.normal(size=(6, 6))
    source, target = source.astype(numpy.float32).astype(float), target.astype(numpy.float32).astype(float)
    regular = lambda x: numpy.cov(x, rowvar=False) + numpy.trace(numpy.cov(x, rowvar=False)) / 6 * numpy.eye(6)
    power = scipy.linalg.fractional_matrix_power
    moved = (source - source.mean(0)) @ power(regular(source), -0.5) @ power(regular(target), 0.5) + target.mean(0)
    return {"source": source.tolist(), "target": target.tolist(), "moved": moved.real.tolist()}


def write(name, values):
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **values}, ensure_ascii=False, indent=1)
    (FOLDER / name).write_text(text + "\n")


parser = argparse.ArgumentParser()
parser.add_argument("--logme", required=True)
specification = importlib.util.spec_from_file_location("LogME", parser.parse_args().logme)
AUTHORS = importlib.util.module_from_spec(specification)
specification.loader.exec_module(AUTHORS)

write("tfidf.json", tfidf())
write("rankings.json", rankings())
write("coral.json", coral())
