"""Makes activations.json: the elementwise functions as PyTorch has them, in double.

    python3 test/golden/make_activations.py        needs what make.py needs

For each function its values y and derivatives dy/dx at points all over the line, at the ends, and at NaN; numbers that JSON
lacks as text. Points where a derivative jumps are left out of the derivatives.
"""

import torch
from torch import nn

from make import DOUBLE, write
from torch_net import ACTIVATIONS

SLOPE = 0.25
# Their derivatives jump at 0.
JUMPING = ["relu", "leaky-relu"]
FUNCTIONS = {
    "identity": nn.Identity(),
    **{name: module(SLOPE) for name, module in ACTIVATIONS.items()},
}

INSIDE = [-30, -12, -8, -5.5, -4, -3, -2, -1.5, -1, -0.75, -0.5, -0.1, -1e-3, -1e-8]
POINTS = [*INSIDE, 0, *(-x for x in reversed(INSIDE))]
ENDS = [float("-inf"), -1e4, 1e4, float("inf"), float("nan")]


def number(value):
    return value if value == value and abs(value) != float("inf") else str(value)


def values(function, points):
    x = torch.tensor(points, dtype=DOUBLE, requires_grad=True)
    y = function(x)
    y.sum().backward()
    return y.tolist(), x.grad.tolist()


def case(name, function):
    y, slopes = values(function, POINTS)
    ends, _ = values(function, ENDS)
    rows = [{"x": x, "y": y, "slope": d} for x, y, d in zip(POINTS, y, slopes) if x != 0 or name not in JUMPING]
    return {"name": name, "rows": rows, "ends": [{"x": number(x), "y": number(y)} for x, y in zip(ENDS, ends)]}


if __name__ == "__main__":
    write("activations.json", {"slope": SLOPE, "functions": [case(*item) for item in FUNCTIONS.items()]})
