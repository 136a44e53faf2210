"""Makes optimizers.json: where each optimizer has brought some weights after 1, 10 and 100 steps, in double.

    python3 test/golden/make_optimizers.py        needs numpy and torch

Gradients come from `hash32` and not from a net, so each weight has a story of its own: most gradients lie in [-1, 1], one
weight's are always 0, one's are near 1e-9. After 60 steps the rate is a tenth. PyTorch computes what it has; what it has
not, or does otherwise, is its formula, written out beside it. Numbers do not depend on PyTorch's version.
"""

import json
from pathlib import Path

import numpy as np
import torch

WEIGHTS, STEPS, KEPT = 19, 100, (1, 10, 100)


def hash32(i):
    x = (i.astype(np.uint64) * 0x9E3779B1) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 0x85EBCA77) & 0xFFFFFFFF
    return x ^ (x >> 13)


def numbers(row):
    """In [-1, 1], in thousandths."""
    return (hash32(64 * row + np.arange(WEIGHTS)) % 2001).astype(np.float64) / 1000 - 1


def gradient(step):
    g = numbers(step)
    g[3], g[7] = 0, g[7] * 1e-9
    return g


def rate(lr, step):
    return lr if step <= 60 else lr / 10


def by_torch(make):
    def run(lr):
        w = torch.tensor(numbers(0), requires_grad=True)
        optimizer = make([w], lr)
        for step in range(1, STEPS + 1):
            optimizer.param_groups[0]["lr"] = rate(lr, step)
            w.grad = torch.tensor(gradient(step))
            optimizer.step()
            yield w.detach().numpy().copy()

    return run


def by_formula(update, states):
    """`update(w, g, state, t, rate)` gives the new weights; state is a list of arrays, zeros at first."""

    def run(lr):
        w, state = numbers(0), [np.zeros(WEIGHTS) for _ in range(states)]
        for step in range(1, STEPS + 1):
            w = update(w, gradient(step), state, step, rate(lr, step))
            yield w.copy()

    return run


def divided(x, r, place, eps):
    if place == "inside":
        return x / np.sqrt(r + eps)
    root = eps * np.sqrt(r) if place == "as-slide" else np.sqrt(r) + eps
    return np.divide(x, root, out=np.zeros_like(x), where=root != 0)


def adagrad(place, eps):
    def update(w, g, state, t, lr):
        state[0] += g * g
        return w - lr * divided(g, state[0], place, eps)

    return by_formula(update, 1)


def adam(place, eps, b1=0.9, b2=0.999):
    def update(w, g, state, t, lr):
        state[0] = b1 * state[0] + (1 - b1) * g
        state[1] = b2 * state[1] + (1 - b2) * g * g
        return w - lr * divided(state[0] / (1 - b1**t), state[1] / (1 - b2**t), place, eps)

    return by_formula(update, 2)


def rmsprop(place="outside", eps=1e-8, rho=0.99, mu=0.0, centered=False):
    def update(w, g, state, t, lr):
        state[0] = rho * state[0] + (1 - rho) * g * g
        state[1] = rho * state[1] + (1 - rho) * g
        r = np.maximum(0, state[0] - state[1] ** 2) if centered else state[0]
        state[2] = mu * state[2] + divided(g, r, place, eps)
        return w - lr * state[2]

    return by_formula(update, 3)


def decoupled_momentum(mu, decay):
    def update(w, g, state, t, lr):
        state[0] = mu * state[0] + g
        return w * (1 - lr * decay) - lr * state[0]

    return by_formula(update, 1)


o = torch.optim
CASES = {
    "sgd": (0.2, by_torch(lambda w, lr: o.SGD(w, lr))),
    "sgd weight-decay=0.01": (0.1, by_torch(lambda w, lr: o.SGD(w, lr, weight_decay=0.01))),
    "sgd momentum=0.9": (0.05, by_torch(lambda w, lr: o.SGD(w, lr, momentum=0.9))),
    "sgd momentum=0.9 weight-decay=0.01": (0.05, by_torch(lambda w, lr: o.SGD(w, lr, momentum=0.9, weight_decay=0.01))),
    "sgd momentum=0.9 weight-decay=0.01 decoupled": (0.05, decoupled_momentum(0.9, 0.01)),
    "sgd momentum=0.9 nesterov": (0.05, by_torch(lambda w, lr: o.SGD(w, lr, momentum=0.9, nesterov=True))),
    "sgd momentum=0.9 nesterov weight-decay=0.001": (
        0.05,
        by_torch(lambda w, lr: o.SGD(w, lr, momentum=0.9, nesterov=True, weight_decay=0.001)),
    ),
    "adam": (0.05, by_torch(lambda w, lr: o.Adam(w, lr))),
    "adam betas=0.7,0.9": (0.05, by_torch(lambda w, lr: o.Adam(w, lr, betas=(0.7, 0.9)))),
    "adam epsilon=0.01 weight-decay=0.05": (0.05, by_torch(lambda w, lr: o.Adam(w, lr, eps=0.01, weight_decay=0.05))),
    "adam epsilon=0.01 epsilon-place=inside": (0.05, adam("inside", 0.01)),
    "adam epsilon=0.5 epsilon-place=as-slide": (0.05, adam("as-slide", 0.5)),
    "adamw": (0.05, by_torch(lambda w, lr: o.AdamW(w, lr))),
    "adamw betas=0.8,0.98 weight-decay=0.05": (
        0.05,
        by_torch(lambda w, lr: o.AdamW(w, lr, betas=(0.8, 0.98), weight_decay=0.05)),
    ),
    "adagrad": (0.1, by_torch(lambda w, lr: o.Adagrad(w, lr, eps=1e-10))),
    "adagrad epsilon=0.01 weight-decay=0.01": (0.1, by_torch(lambda w, lr: o.Adagrad(w, lr, eps=0.01, weight_decay=0.01))),
    "adagrad epsilon=0.01 epsilon-place=inside": (0.1, adagrad("inside", 0.01)),
    "adagrad epsilon=0.5 epsilon-place=as-slide": (0.1, adagrad("as-slide", 0.5)),
    "rmsprop": (0.01, by_torch(lambda w, lr: o.RMSprop(w, lr))),
    "rmsprop rho=0.9 epsilon=0.01 weight-decay=0.01": (
        0.01,
        by_torch(lambda w, lr: o.RMSprop(w, lr, alpha=0.9, eps=0.01, weight_decay=0.01)),
    ),
    "rmsprop momentum=0.5": (0.01, by_torch(lambda w, lr: o.RMSprop(w, lr, momentum=0.5))),
    "rmsprop epsilon=0.01 epsilon-place=inside": (0.01, rmsprop("inside", 0.01)),
    "rmsprop epsilon=0.5 epsilon-place=as-slide": (0.01, rmsprop("as-slide", 0.5)),
    # PyTorch's root of a rounding below 0 is NaN here.
    "rmsprop rho=0.9 epsilon=0.01 centered": (0.01, rmsprop(eps=0.01, rho=0.9, centered=True)),
    "rmsprop rho=0.95 momentum=0.5 centered epsilon=1e-6": (0.01, rmsprop("outside", 1e-6, 0.95, 0.5, True)),
}


def main():
    cases = []
    for sentence, (lr, run) in CASES.items():
        after = {step: w.tolist() for step, w in enumerate(run(lr), 1) if step in KEPT}
        cases.append({"optimizer": sentence, "lr": lr, "after": after})
    text = json.dumps({"madeBy": "make_optimizers.py", "start": numbers(0).tolist(), "cases": cases}, separators=(",", ":"))
    (Path(__file__).parent / "optimizers.json").write_text(text.replace('{"optimizer"', '\n{"optimizer"') + "\n")


if __name__ == "__main__":
    main()
