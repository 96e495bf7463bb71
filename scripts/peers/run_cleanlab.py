"""Label errors by cleanlab, on the probabilities that Headstart is measured on.

    python scripts/peers/run_cleanlab.py < cells.jsonl > flagged.jsonl

One JSON line in, `{"name", "classes", "labels": [N], "probabilities": [N * K]}`, and one out: `{"name", "<rule>": [rows]}` for each of
cleanlab's rules; its default is prune_by_noise_rate. scripts/audit-bench.ts starts it.
"""

import json
import sys

import numpy as np
from cleanlab.filter import find_label_issues

RULES = ["prune_by_noise_rate", "prune_by_class", "both", "confident_learning", "predicted_neq_given"]

for line in sys.stdin:
    cell = json.loads(line)
    labels = np.array(cell["labels"])
    probabilities = np.array(cell["probabilities"]).reshape(len(labels), cell["classes"])
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    flagged = {
        rule: find_label_issues(labels, probabilities, filter_by=rule, n_jobs=1).nonzero()[0].tolist() for rule in RULES
    }
    print(json.dumps({"name": cell["name"], **flagged}), flush=True)
