"""Makes hundred.json: a net after a hundred updates of every optimizer, schedule and kind of group, in double.

    python3 test/golden/make_hundred.py       needs torch and numpy, and a built Heddle for the list of layers

Gradients are PyTorch's (autograd), updates are PyTorch's own optimizers where it has the form, else the formula, written out in
`rules.py`: Muon, the places `inside` and `as-slide` of epsilon, decoupled decay under momentum, centered RMSProp (PyTorch's is
NaN where rounding brings the variance below 0), and L1. Rates are PyTorch's schedulers, or the formula where they lack an option.
Samples, weights and layers as in make_nets.py; 48 samples train in four minibatches, the next 48 are validation, for plateau.
"""

import json
import math

import torch

from make_nets import DOUBLE, FOLDER, layers, standard, start
from make_schedules import s
from rules import optimizers_of
from torch_net import build

MODEL = "conv 2x3 same nobias >> bn >> tanh >> flatten >> fc 4 >> tanh >> fc 6 >> tanh >> fc 10"
SHAPE = (3, 3, 2)
BATCH, SAMPLES, STEPS, PER_EPOCH = 12, 48, 100, 4
DIGITS = 11

OPTIMIZERS = {
    "sgd": 0.2,
    "sgd weight-decay=0.01": 0.2,
    "sgd momentum=0.9": 0.05,
    "sgd momentum=0.9 nesterov weight-decay=0.001": 0.05,
    "sgd momentum=0.9 weight-decay=0.01 decoupled": 0.05,
    "adam": 0.01,
    "adam betas=0.7,0.9 epsilon=1e-6 epsilon-place=inside weight-decay=0.05": 0.01,
    "adam epsilon=0.01 epsilon-place=outside": 0.05,
    "adam epsilon=0.5 epsilon-place=as-slide": 0.005,
    "adamw betas=0.8,0.98 weight-decay=0.05": 0.01,
    "adamw epsilon=0.001 epsilon-place=inside": 0.01,
    "adamw epsilon=0.5 epsilon-place=as-slide weight-decay=0.1": 0.005,
    "adamw epsilon=0.001 epsilon-place=outside": 0.01,
    "adagrad epsilon=0.01": 0.05,
    "adagrad epsilon=0.01 weight-decay=0.01 epsilon-place=outside": 0.05,
    "adagrad epsilon=0.01 epsilon-place=inside": 0.05,
    "adagrad epsilon=0.5 epsilon-place=as-slide": 0.02,
    "rmsprop": 0.002,
    "rmsprop momentum=0.5": 0.002,
    "rmsprop rho=0.9 centered": 0.002,
    "rmsprop rho=0.95 momentum=0.5 centered epsilon=1e-6": 0.002,
    "rmsprop epsilon=0.01 weight-decay=0.01 epsilon-place=outside": 0.01,
    "rmsprop epsilon=0.01 epsilon-place=inside": 0.01,
    "rmsprop epsilon=0.5 epsilon-place=as-slide": 0.002,
    "muon": 0.02,
    "muon momentum=0.9 nesterov=false weight-decay=0.1 adamw-lr=0.01 betas=0.8,0.9": 0.02,
}
EVEN = "sgd momentum=0.9"
PLATEAU = {"factor": 0.5, "patience": 2, "cooldown": 1, "min-delta": 0.001, "end": 0.05}
# Factors of the base rate by update, from PyTorch's scheduler at a base of 1 where there is one.
SCHEDULES = {
    "constant": lambda t: 1.0,
    "step every=10epochs": lambda o: s.StepLR(o, 40, 0.1),
    "step 5 factor=0.5": lambda o: s.StepLR(o, 5, 0.5),
    "multistep 10epochs,20epochs": lambda o: s.MultiStepLR(o, [40, 80], 0.1),
    "multistep at=30,60 factor=0.3": lambda o: s.MultiStepLR(o, [30, 60], 0.3),
    "exponential 0.99": lambda o: s.ExponentialLR(o, 0.99),
    "exponential 0.9 every=1epoch": lambda t: 0.9 ** (t // PER_EPOCH),
    "cosine": lambda o: s.CosineAnnealingLR(o, STEPS),
    "cosine end=0.01 warmup=1epoch": lambda o: warmed(o, 4, s.CosineAnnealingLR(o, STEPS - 4, 0.01)),
    "cosine first=3 factor=2": lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2),
    "one-cycle": lambda o: s.OneCycleLR(o, 1, STEPS),
    "one-cycle rise=0.2 start=0.1 end=0.001 momentum=0.9,0.7": lambda o: s.OneCycleLR(
        o, 1, STEPS, pct_start=0.2, div_factor=10, final_div_factor=100, max_momentum=0.9, base_momentum=0.7
    ),
    "polynomial": lambda o: s.PolynomialLR(o, STEPS, 1),
    "polynomial power=2 end=0.01": lambda t: 0.01 + 0.99 * (1 - t / STEPS) ** 2,
    "triangular": lambda o: s.CyclicLR(o, 0.1, 1, PER_EPOCH, cycle_momentum=False),
    "triangular low=0.2 up=30": lambda o: s.CyclicLR(o, 0.2, 1, 30, cycle_momentum=False),
    "plateau " + " ".join(f"{key}={value}" for key, value in PLATEAU.items()) + " warmup=6": None,
    "constant warmup=20": lambda t: min(1.0, (t + 1) / 21),
    "step 10 factor=0.5 warmup=20": lambda t: (t + 1) / 21 if t < 20 else 0.5 ** ((t - 20) // 10),
}
MOMENTUM = ("one-cycle",)
# (groups, optimizer, rate, penalties)
GROUPED = [
    ("bias, norm: decay 0", "sgd momentum=0.9 weight-decay=0.05", 0.05, {}),
    ("0: lr 0.01; last: lr 0.2, optimizer sgd momentum=0.9 nesterov", "adam", 0.01, {}),
    ("norm: frozen; last bias: frozen", "adam weight-decay=0.01", 0.01, {}),
    ("0 weight: decay 0.2; 4: optimizer adamw weight-decay=0.5; 6..8 bias: lr 0.1, decay 0.01", "muon", 0.02, {}),
    ("4.*: optimizer rmsprop momentum=0.5; dense weight: lr 0.02, decay 0.1", "adagrad epsilon=0.01", 0.05, {}),
    ("last: optimizer muon, lr 0.01; 4: optimizer muon weight-decay=0.1, lr 0.01", "sgd", 0.1, {}),
]
L1 = [("sgd", 0.1), ("sgd momentum=0.9 weight-decay=0.01", 0.05), ("adam", 0.01), ("adamw weight-decay=0.05", 0.01), ("muon", 0.02)]
CLIPPED = [(EVEN, 0.05, {"clipValue": 0.02, "l1": 0.001}), ("adamw weight-decay=0.05", 0.01, {"clipValue": 0.01})]


def warmed(o, updates, rest):
    """PyTorch's own form of base (t + 1) / (W + 1), then the rest from its beginning."""
    rise = s.LinearLR(o, 1 / (updates + 1), 1, updates)
    return s.SequentialLR(o, [rise, rest], [updates])


def course(sentence):
    """(factor, momentum or None) of each update."""
    make = SCHEDULES[sentence]
    if make is None:
        return [(min(1.0, (t + 1) / 7), None) for t in range(STEPS)]
    if make.__code__.co_varnames[0] == "t":
        return [(make(t), None) for t in range(STEPS)]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0, momentum=0.9)
    schedule, told = make(optimizer), []
    for t in range(STEPS):
        group = optimizer.param_groups[0]
        told.append((group["lr"], group["momentum"] if sentence.startswith(MOMENTUM) else None))
        optimizer.step()
        if t < STEPS - 1:
            schedule.step()
    return told


def run(case, settings):
    net = build(case["net"])
    net.load_state_dict(start(net))
    net.to(DOUBLE)
    x, labels = standard(case, 2 * SAMPLES, DOUBLE)
    loss_of = torch.nn.functional.cross_entropy
    optimizers, cold = optimizers_of(net, settings)
    for layer in cold:
        layer.eval()
    scheduled = course(settings["schedule"]) if "schedule" in settings else [(1.0, None)] * STEPS
    plateau, factors = None, []
    if settings.get("schedule", "").startswith("plateau"):
        watched = torch.optim.SGD([torch.zeros(1)], 1.0)
        options = {"factor": PLATEAU["factor"], "patience": PLATEAU["patience"] - 1, "cooldown": PLATEAU["cooldown"]}
        limits = {"threshold": PLATEAU["min-delta"], "threshold_mode": "abs", "min_lr": PLATEAU["end"]}
        plateau = s.ReduceLROnPlateau(watched, **options, **limits)
    for step in range(STEPS):
        begin = step * BATCH % SAMPLES
        batch = slice(begin, begin + BATCH)
        net.zero_grad()
        loss = loss_of(net(x[batch]), labels[batch])
        loss.backward()
        factor, momentum = scheduled[step]
        if plateau:
            factor *= watched.param_groups[0]["lr"]
        for optimizer, lr in optimizers:
            group = optimizer.param_groups[0]
            group["lr"] = lr * factor
            if momentum is not None and "momentum" in group and group["momentum"] > 0:
                group["momentum"] = momentum
            if momentum is not None and "betas" in group:
                group["betas"] = (momentum, group["betas"][1])
            for weight in group["params"]:
                if "clipValue" in settings:
                    weight.grad.clamp_(-settings["clipValue"], settings["clipValue"])
                if "l1" in settings:
                    weight.grad += settings["l1"] * weight.data.sign()
            optimizer.step()
        if plateau and step % PER_EPOCH == PER_EPOCH - 1:
            net.eval()
            with torch.no_grad():
                plateau.step(loss_of(net(x[SAMPLES:]), labels[SAMPLES:]).item())
            net.train()
            factors.append(watched.param_groups[0]["lr"])
    numbers = {name: value.flatten().tolist() for name, value in net.state_dict().items() if "num_batches" not in name}
    assert all(math.isfinite(number) for tensor in numbers.values() for number in tensor), settings
    told = {name: [round(number, DIGITS) for number in tensor] for name, tensor in numbers.items()}
    return {**settings, "loss": loss.item(), **({"factors": factors} if plateau else {}), "tensors": told}


def main():
    case = {"net": layers(MODEL, SHAPE), "scale": [1 / 64, 1 / 80], "shift": [-1.75, -1.5]}
    settings = [{"optimizer": optimizer, "lr": lr} for optimizer, lr in OPTIMIZERS.items()]
    settings += [{"optimizer": EVEN, "lr": 0.2 if name.startswith("plateau") else 0.05, "schedule": name} for name in SCHEDULES]
    settings += [{"optimizer": name, "lr": 0.02, "schedule": "one-cycle"} for name in ("adam", "adamw", "rmsprop momentum=0.5", "muon")]
    settings += [{"optimizer": optimizer, "lr": lr, "groups": groups, **more} for groups, optimizer, lr, more in GROUPED]
    settings += [{"optimizer": "adam", "lr": 0.01, "groups": GROUPED[1][0], "schedule": "cosine end=0.01 warmup=1epoch"}]
    settings += [{"optimizer": optimizer, "lr": lr, "l1": 0.003} for optimizer, lr in L1]
    settings += [{"optimizer": optimizer, "lr": lr, **more} for optimizer, lr, more in CLIPPED]
    cases = [run(case, each) for each in settings]
    sizes = {"batchSize": BATCH, "samples": SAMPLES, "steps": STEPS}
    made_by = {"madeBy": "make_hundred.py", "pytorch": torch.__version__}
    text = json.dumps({**made_by, **case, **sizes, "cases": cases}, separators=(",", ":")).replace('{"optimizer"', '\n{"optimizer"')
    (FOLDER / "hundred.json").write_text(text + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
