"""SetFit at its defaults on the rows that Headstart is measured on.

    python scripts/peers/run_setfit.py --encoder models/headstart-mini --data ../shared/data/cr \
        --split ../shared/data/splits/cr-8.json --seeds 0-4 --out setfit.jsonl

One JSON line for each seed, to --out and to standard output: accuracy and macro-F1 in per cent, seconds of training
(pairs, body and head) and of prediction, and beside them the processor seconds of all threads, which say more on a busy
machine. Seeds that --out already has for this encoder and split are not run again.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

import torch
from datasets import Dataset
from datasets.utils import logging as datasets_logging
from encoder import sentence_transformers_folder
from rows import pick, read, test_numbers
from setfit import SetFitModel, Trainer, TrainingArguments
from sklearn.metrics import accuracy_score, f1_score


def main():
    options = arguments()
    logging.disable(logging.WARNING)
    datasets_logging.disable_progress_bar()
    torch.set_num_threads(options.threads)
    train, test = read(options.data, "train"), read(options.data, "test")
    numbers = test_numbers(options.split)
    test = pick(test, numbers) if numbers else test
    splits = json.loads(Path(options.split).read_text())
    done = seeds_in(options.out, options)
    with tempfile.TemporaryDirectory() as workspace:
        body = sentence_transformers_folder(options.encoder, workspace)
        for seed in options.seeds:
            if seed not in done:
                record(options, seed, measure(body, pick(train, splits[str(seed)]), test, seed))


def measure(body, train, test, seed):
    torch.manual_seed(seed)
    model = SetFitModel.from_pretrained(body, device="cpu")
    rows = Dataset.from_dict({"text": train[0], "label": train[1]})
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        defaults = TrainingArguments(output_dir=folder, seed=seed, save_strategy="no", report_to="none")
        started = clocks()
        trainer = Trainer(model=model, args=defaults, train_dataset=rows)
        trainer.train()
        trained = clocks()
        predicted = list(model.predict(test[0], as_numpy=True))
        finished = clocks()
    return {
        "trainRows": len(train[0]),
        "testRows": len(test[0]),
        "accuracy": round(100 * accuracy_score(test[1], predicted), 3),
        "macroF1": round(100 * f1_score(test[1], predicted, average="macro"), 3),
        "steps": trainer.st_trainer.state.global_step,
        **{f"train{name}": round(trained[name] - started[name], 2) for name in started},
        **{f"predict{name}": round(finished[name] - trained[name], 2) for name in started},
    }


def clocks():
    return {"Seconds": time.perf_counter(), "CpuSeconds": time.process_time()}


def record(options, seed, scores):
    line = json.dumps({"system": "SetFit", **key(options), "seed": seed, "threads": options.threads, **scores})
    print(line, flush=True)
    with open(options.out, "a", encoding="utf8") as stream:
        stream.write(line + "\n")


def key(options):
    return {"encoder": Path(options.encoder).name, "split": Path(options.split).stem}


def seeds_in(file, options):
    if not Path(file).exists():
        return set()
    lines = [json.loads(line) for line in Path(file).read_text(encoding="utf8").splitlines()]
    return {line["seed"] for line in lines if all(line[name] == value for name, value in key(options).items())}


def seed_list(text):
    """'3', '0,2' or '0-4'."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if last else [int(part) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="sentence-transformers folder, or one with onnx/*.onnx")
    parser.add_argument("--data", required=True, help="folder of the set: train.csv and test.csv, or .jsonl")
    parser.add_argument("--split", required=True, help="JSON: seed -> row numbers of train")
    parser.add_argument("--seeds", type=seed_list, default=seed_list("0-4"), help="default 0-4")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", required=True, help="JSON lines; added to")
    return parser.parse_args()


if __name__ == "__main__":
    main()
