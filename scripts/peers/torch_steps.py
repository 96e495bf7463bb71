"""Times forward + backward steps of the last layers of a BERT encoder in PyTorch, on request.

    echo '{"layers": 2, "batch": 32, "tokens": 16}' | python scripts/peers/torch_steps.py --encoder <folder>
    python scripts/peers/torch_steps.py --encoder <folder> --layers 1,2,3,6 --batch 32 --tokens 16 --rounds 5

Without --rounds it prints {"ready": true} and then answers each line of standard input with one line, so that another
program can measure in turn with it. A step takes the hidden states that the frozen layers left, runs the last `layers`
layers and mean pooling, and goes back from a given gradient of the normalised embeddings to every parameter of these
layers. `batches`, lists of texts as token ids, takes the place of `batch` and `tokens`: they are padded to the longest
text of each batch, and taken in turn. `ms` is the median of such steps, `optimizerMs` that of gradient clipping and AdamW, which `ms` leaves out.
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

    def measure(self, layers, batch=0, tokens=0, batches=None, steps=10, warmUp=2):
        trained = self.bert.encoder.layer[-layers:]
        for parameter in self.bert.parameters():
            parameter.requires_grad_(False)
        weights = [weight for layer in trained for weight in layer.parameters()]
        start = [weight.clone() for weight in weights]
        for weight in weights:
            weight.requires_grad_(True)
        optimizer = torch.optim.AdamW(weights, lr=1e-5, weight_decay=0.01)
        if batches is None:
            random = torch.Generator().manual_seed(0)
            batches = [torch.randint(1000, self.bert.config.vocab_size, (batch, tokens), generator=random).tolist()]
        inputs = [self.inputs(layers, texts) for texts in batches]
        takes = [inputs[i % len(inputs)] for i in range(warmUp + steps)]
        times = [self.step(trained, weights, optimizer, *given) for given in takes][warmUp:]
        with torch.no_grad():
            for weight, value in zip(weights, start):
                weight.copy_(value)
        ms, optimizer_ms = (round(1000 * statistics.median(part), 3) for part in zip(*times))
        return {"layers": layers, "steps": steps, "ms": ms, "optimizerMs": optimizer_ms}

    def inputs(self, layers, texts):
        """Hidden states before the trained layers, the attention mask, and a random gradient."""
        longest = max(map(len, texts))
        ids = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
        mask = torch.tensor([[1.0] * len(text) + [0.0] * (longest - len(text)) for text in texts])
        with torch.no_grad():
            states = self.bert(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        gradient = torch.randn(len(texts), self.bert.config.hidden_size, generator=torch.Generator().manual_seed(0))
        return states[-1 - layers], mask, gradient

    def step(self, trained, weights, optimizer, hidden, mask, gradient):
        optimizer.zero_grad()
        started = time.perf_counter()
        padded = bool((mask == 0).any())
        attended = self.bert.get_extended_attention_mask(mask, mask.shape) if padded else None
        state = hidden
        for layer in trained:
            state = layer(state, attended)[0]
        pooled = (state * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True) if padded else state.mean(dim=1)
        normalize(pooled).backward(gradient)
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
