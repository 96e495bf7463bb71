"""Times forward + backward steps of the last layers of a BERT encoder in PyTorch, on request.

    echo '{"layers": 2, "batch": 32, "tokens": 16}' | python scripts/peers/torch_steps.py --encoder <folder>
    python scripts/peers/torch_steps.py --encoder <folder> --layers 1,2,3,6 --batch 32 --tokens 16 --rounds 5

Without --rounds it prints {"ready": true} and then answers each line of standard input with one line, so that another
program can measure in turn with it. A step takes the hidden states that the frozen layers left, runs the last `layers`
layers and mean pooling, and goes back from a given gradient of the normalised embeddings to every parameter of these
layers. `ms` is the median of such steps, `optimizerMs` that of gradient clipping and AdamW, which `ms` leaves out.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time

import torch
from encoder import sentence_transformers_folder
from torch.nn.functional import normalize
from transformers import BertModel


class Steps:
    def __init__(self, bert):
        self.bert = bert

    def measure(self, layers, batch, tokens, steps=10, warmUp=2):
        trained = self.bert.encoder.layer[-layers:]
        for parameter in self.bert.parameters():
            parameter.requires_grad_(False)
        weights = [weight for layer in trained for weight in layer.parameters()]
        start = [weight.clone() for weight in weights]
        for weight in weights:
            weight.requires_grad_(True)
        optimizer = torch.optim.AdamW(weights, lr=1e-5, weight_decay=0.01)
        hidden, gradient = self.inputs(layers, batch, tokens)
        times = [self.step(trained, weights, optimizer, hidden, gradient) for _ in range(warmUp + steps)][warmUp:]
        with torch.no_grad():
            for weight, value in zip(weights, start):
                weight.copy_(value)
        ms, optimizer_ms = (round(1000 * statistics.median(part), 3) for part in zip(*times))
        return {"layers": layers, "batch": batch, "tokens": tokens, "steps": steps, "ms": ms, "optimizerMs": optimizer_ms}

    def inputs(self, layers, batch, tokens):
        """Hidden states before the trained layers, of random tokens without padding, and a random gradient."""
        random = torch.Generator().manual_seed(0)
        ids = torch.randint(1000, self.bert.config.vocab_size, (batch, tokens), generator=random)
        with torch.no_grad():
            states = self.bert(input_ids=ids, output_hidden_states=True).hidden_states
        return states[-1 - layers], torch.randn(batch, self.bert.config.hidden_size, generator=random)

    def step(self, trained, weights, optimizer, hidden, gradient):
        optimizer.zero_grad()
        started = time.perf_counter()
        state = hidden
        for layer in trained:
            state = layer(state)[0]
        normalize(state.mean(dim=1)).backward(gradient)
        differentiated = time.perf_counter()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        return differentiated - started, time.perf_counter() - differentiated


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as workspace:
        folder = sentence_transformers_folder(options.encoder, workspace)
        steps = Steps(BertModel.from_pretrained(folder, add_pooling_layer=False).eval())
    for request in requests(options):
        answer = {"system": f"PyTorch {torch.__version__}", "threads": options.threads, **steps.measure(**request)}
        print(json.dumps(answer), flush=True)


def requests(options):
    if options.rounds == 0:
        print(json.dumps({"ready": True}), flush=True)
        yield from (json.loads(line) for line in sys.stdin if line.strip())
    for _ in range(options.rounds):
        for layers in options.layers:
            yield {"layers": layers, "batch": options.batch, "tokens": options.tokens}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="sentence-transformers folder, or one with onnx/*.onnx")
    parser.add_argument("--rounds", type=int, default=0, help="0 (default): read requests from standard input")
    parser.add_argument("--layers", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2, 3, 6])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
