"""Writes test/fixtures/experiments/*.json: reference values for src/experiments.

    python scripts/oracles/experiments_oracle.py      (numpy, scipy, scikit-learn; a second)

tfidf.json: scikit-learn's TfidfVectorizer with its defaults.
"""

import json
import pathlib

import numpy
import scipy
import sklearn
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


def write(name, values):
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"versions": VERSIONS, **values}, ensure_ascii=False, indent=1)
    (FOLDER / name).write_text(text + "\n")


write("tfidf.json", tfidf())
