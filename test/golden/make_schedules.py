"""Makes schedules.json: the rate (and momentum) of each update, from PyTorch's schedulers where it has one.

    python3 test/golden/make_schedules.py        needs torch

Warm-up, and the triangular curve in PyTorch's terms, are formulas. In PyTorch index t is the rate that update t + 1 uses.
"""

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler as s

FOLDER = Path(__file__).parent


def by_torch(make, base, updates):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], base, momentum=0.9)
    schedule = make(optimizer)
    rates, momenta = [], []
    for _ in range(updates):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if len(rates) < updates:
            schedule.step()
    return rates, momenta


LOSSES = [1, 0.9, 0.95, 0.93, 0.92, 0.91, 0.905, 0.89, 0.895, 0.896, 0.897, 0.898]
PLATEAUS = [(0.5, 3, 0, 0.0, 0.0), (0.5, 2, 0, 0.0, 0.0), (0.5, 2, 1, 0.0, 0.0), (0.5, 3, 0, 0.02, 0.0), (0.1, 1, 2, 0.0, 0.05)]


def plateau(factor, patience, cooldown, delta, end):
    """The rate of each epoch, and of the one after the last, as multiples of the base rate."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedule = s.ReduceLROnPlateau(
        optimizer, factor=factor, patience=patience - 1, threshold=delta, threshold_mode="abs", cooldown=cooldown, min_lr=end
    )
    factors = [1.0]
    for loss in LOSSES:
        schedule.step(loss)
        factors.append(optimizer.param_groups[0]["lr"])
    sentence = f"plateau factor={factor} patience={patience} cooldown={cooldown} min-delta={delta} end={end}"
    return {"schedule": sentence, "values": LOSSES, "factors": factors}


CASES = [
    ("step every=3", 0.1, 10, lambda o: s.StepLR(o, 3, 0.1)),
    ("multistep 3,6", 0.1, 10, lambda o: s.MultiStepLR(o, [3, 6], 0.1)),
    ("exponential 0.9", 0.1, 10, lambda o: s.ExponentialLR(o, 0.9)),
    ("cosine", 0.1, 20, lambda o: s.CosineAnnealingLR(o, 20)),
    ("cosine end=0.01", 0.1, 10, lambda o: s.CosineAnnealingLR(o, 10, 0.001)),
    ("cosine first=3 factor=2", 0.1, 14, lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2)),
    ("polynomial power=2", 0.1, 10, lambda o: s.PolynomialLR(o, 10, 2)),
    ("triangular low=0.1 up=4", 0.1, 17, lambda o: s.CyclicLR(o, 0.01, 0.1, 4, cycle_momentum=False)),
    ("one-cycle", 0.1, 10, lambda o: s.OneCycleLR(o, 0.1, 10)),
    ("one-cycle", 0.01, 71, lambda o: s.OneCycleLR(o, 0.01, 71)),
    ("one-cycle rise=0.5 momentum=0.9,0.6", 0.3, 40, lambda o: s.OneCycleLR(o, 0.3, 40, pct_start=0.5, max_momentum=0.9, base_momentum=0.6)),
]


def main():
    cases = []
    for sentence, base, updates, make in CASES:
        rates, momenta = by_torch(make, base, updates)
        cases.append({"schedule": sentence, "base": base, "rate": rates, **({"momentum": momenta} if sentence.startswith("one-cycle") else {})})
    warm = [0.1 * (t + 1) / 3 for t in range(2)] + [0.1 * 0.5 ** (t // 3) for t in range(10)]
    cases.append({"schedule": "step every=3 factor=0.5 warmup=2", "base": 0.1, "rate": warm})
    document = {"madeBy": "make_schedules.py", "cases": cases, "plateaus": [plateau(*of) for of in PLATEAUS]}
    text = json.dumps(document, separators=(",", ":"))
    (FOLDER / "schedules.json").write_text(text.replace('{"schedule"', '\n{"schedule"') + "\n")


if __name__ == "__main__":
    main()
