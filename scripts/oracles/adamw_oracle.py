"""Writes test/fixtures/adapt/adamw.json: torch.optim.AdamW on given gradients, to compare the optimiser with.

    python scripts/oracles/adamw_oracle.py     # needs torch; 5 seconds; run in the repository root
"""

import json
from pathlib import Path

import torch

FILE = Path("test/fixtures/adapt/adamw.json")
RATES = [1e-3, 4e-2, 3e-2, 2e-2, 1e-2]  # a schedule: another rate in each step
CLIP_NORM = 2.5


def run(clip):
    """Two parameter groups in float64, one of them without weight decay; float32-exact starting values and gradients."""
    generator = torch.Generator().manual_seed(7)
    draw = lambda: torch.randn(4, generator=generator).to(torch.float64)
    groups = [draw().requires_grad_(), draw().requires_grad_()]
    start = torch.cat(groups).tolist()
    optimizer = torch.optim.AdamW(
        [{"params": [groups[0]], "weight_decay": 0.1}, {"params": [groups[1]], "weight_decay": 0.0}]
    )
    steps = []
    for rate in RATES:
        gradients = [draw(), draw()]
        for parameter, gradient, group in zip(groups, gradients, optimizer.param_groups):
            parameter.grad = gradient.clone()
            group["lr"] = rate
        if clip:
            torch.nn.utils.clip_grad_norm_(groups, CLIP_NORM)
        optimizer.step()
        steps.append({"rate": rate, "gradients": torch.cat(gradients).tolist(), "weights": torch.cat(groups).tolist()})
    return {"start": start, "steps": steps}


FILE.parent.mkdir(parents=True, exist_ok=True)
record = {"torch": torch.__version__.split("+")[0], "weightDecay": [0.1, 0.0], "clipNorm": CLIP_NORM}
FILE.write_text(json.dumps({**record, "plain": run(False), "clipped": run(True)}, indent=1) + "\n")
