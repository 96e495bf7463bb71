"""Rows of a benchmark set, as the files of shared/data give them."""

import csv
import json
from pathlib import Path


def read(folder, part):
    """(texts, labels) of train or test: a csv file with the columns text and label, or jsonl with these keys."""
    file = Path(folder) / f"{part}.csv"
    if file.exists():
        with file.open(newline="", encoding="utf8") as stream:
            rows = list(csv.DictReader(stream))
    else:
        rows = [json.loads(line) for line in file.with_suffix(".jsonl").read_text(encoding="utf8").splitlines()]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def pick(rows, numbers):
    texts, labels = rows
    return [texts[i] for i in numbers], [labels[i] for i in numbers]


def test_numbers(split):
    """Row numbers of <set>-test.json beside <set>-<shots>.json; None, which means all rows, without that file."""
    file = Path(split).with_name(Path(split).stem.rsplit("-", 1)[0] + "-test.json")
    return json.loads(file.read_text()) if file.exists() else None
