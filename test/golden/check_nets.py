"""Asks PyTorch whether Heddle's nets are the nets they are called, and whether they compute what those compute.

    python3 test/golden/check_nets.py [NET ...]        needs torch and numpy, and a built Heddle

Each net is made from Heddle's list of layers as a plain nn.Sequential, takes Heddle's tensors as its state_dict by name
(strict), and must have as many parameters. Then, on the same samples in one minibatch: the loss and the gradient of every
parameter in training, the running statistics after it, and the probabilities in scoring.

Exit code 1 where the relative error (of a tensor's largest number) of a gradient or a statistic passes 1e-8 in f64 or 1e-3
in f32, or a logarithm of a probability differs by more than 1e-8 or 1e-4. All of it is held against PyTorch in double. In
single precision a number near the kink of a ReLU or a tie of a pooling may fall on the other side, in PyTorch as in Heddle:
three times what PyTorch's own f32 is off is allowed there, and printed.
"""

import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from make import formula

ROOT = Path(__file__).parents[2]
SAMPLES = 32
TOLERANCE = {"f32": (1e-3, 1e-4), "f64": (1e-8, 1e-8)}


def pair(size):
    return (size, size) if isinstance(size, int) else tuple(size)


def same(size, window, stride):
    """TensorFlow's rule, before and after."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


class Padded(nn.Module):
    """Pads by the rule `same` in front of a module, whose parameters keep their own names."""

    def __new__(cls, module, window, stride, value):
        inner = module.forward

        def forward(x):
            (top, bottom), (left, right) = [same(n, k, s) for n, k, s in zip(x.shape[2:], window, stride)]
            return inner(nn.functional.pad(x, (left, right, top, bottom), value=value))

        module.forward = forward
        return module


def windowed(make, spec, window, stride, value):
    padding = spec.get("padding", "valid")
    if padding == "same":
        return Padded(make(0), window, stride, value)
    return make(0 if padding == "valid" else pair(padding))


class Maxout(nn.Module):
    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (x.shape[1] // self.pieces, self.pieces)).amax(2)


class Residual(nn.Module):
    def __init__(self, body, projection):
        super().__init__()
        self.body, self.projection = body, projection

    def forward(self, x):
        return self.body(x) + (self.projection(x) if self.projection else x)


def module(spec, x):
    kind = spec["type"]
    if kind == "dense":
        return nn.Linear(x.flatten(1).shape[1], spec["units"])
    if kind == "conv2d":
        kernel, stride = pair(spec["kernel"]), pair(spec.get("stride", 1))
        make = lambda padding: nn.Conv2d(x.shape[1], spec["filters"], kernel, stride, padding, bias=spec.get("bias", True))
        return windowed(make, spec, kernel, stride, 0)
    if kind == "max-pool":
        size, stride = pair(spec["size"]), pair(spec.get("stride", spec["size"]))
        return windowed(lambda padding: nn.MaxPool2d(size, stride, padding), spec, size, stride, -float("inf"))
    if kind == "batch-norm":
        norm = nn.BatchNorm2d if x.dim() == 4 else nn.BatchNorm1d
        return norm(x.shape[1], spec["epsilon"], spec["momentum"])
    if kind == "residual":
        projection = sequential(spec["projection"], x) if spec.get("projection") else None
        return Residual(sequential(spec["body"], x), projection)
    return {
        "relu": lambda: nn.ReLU(),
        "leaky-relu": lambda: nn.LeakyReLU(spec["slope"]),
        "tanh": lambda: nn.Tanh(),
        "sigmoid": lambda: nn.Sigmoid(),
        "average-pool": lambda: nn.AvgPool2d(pair(spec["size"]), pair(spec.get("stride", spec["size"]))),
        "global-average-pool": lambda: nn.AdaptiveAvgPool2d(1),
        "dropout": lambda: nn.Identity(),
        "gaussian-noise": lambda: nn.Identity(),
        "maxout": lambda: Maxout(spec["pieces"]),
        "flatten": lambda: nn.Flatten(),
    }[kind]()


def sequential(specs, x):
    modules = []
    for spec in specs:
        modules.append(module(spec, x).double())
        with torch.no_grad():
            x = modules[-1].eval()(x)
    return nn.Sequential(*modules)


def array(text, shape):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), np.float64).copy()).reshape(shape)


def apart(ours, theirs):
    return ((ours - theirs).abs().max() / theirs.abs().max().clamp_min(1e-30)).item()


def gradients_of(net, x, labels):
    """The loss in training, and its gradient by name, in double."""
    net.train()
    net.zero_grad()
    loss = nn.functional.cross_entropy(net(x), labels)
    loss.backward()
    return loss.item(), {name: parameter.grad.double().clone() for name, parameter in net.named_parameters()}


def check(net, shape, dtype, *exact):
    command = ["node", str(ROOT / "test" / "golden" / "nets.mjs"), net, shape, str(SAMPLES), dtype, *exact]
    answer = subprocess.run(command, stdout=subprocess.PIPE)
    if answer.returncode != 0:
        return False
    ours = json.loads(answer.stdout)
    size = ours["architecture"]["input"]
    images, labels = formula(SAMPLES, size, 255)
    # Heddle takes the net's own image as a vector where a dense layer comes first.
    x = images.double() / 64 - 2
    first = next(spec["type"] for spec in ours["architecture"]["layers"] if spec["type"] not in ("dropout", "gaussian-noise"))
    x = x.flatten(1) if first == "dense" else x
    theirs = sequential(ours["architecture"]["layers"], x)
    state = {tensor["name"]: array(tensor["start"], tensor["shape"]) for tensor in ours["tensors"]}
    tracked = {name: value for name, value in theirs.state_dict().items() if name.endswith("num_batches_tracked")}
    theirs.load_state_dict({**state, **tracked}, strict=True)
    count = sum(parameter.numel() for parameter in theirs.parameters())

    theirs.eval()
    with torch.no_grad():
        expected = theirs(x).log_softmax(1)
    likely = expected > -60
    probabilities = array(ours["probabilities"], expected.shape)
    logits = (probabilities.log() - expected)[likely].abs().max().item()

    single = gradients_of(theirs.float(), x.float(), labels)[1] if dtype == "f32" else {}
    theirs.double().load_state_dict({**state, **tracked}, strict=True)
    loss, gradients = gradients_of(theirs, x, labels)
    after = theirs.state_dict()
    own = max((apart(gradient, gradients[name]) for name, gradient in single.items()), default=0)
    worst = max(
        (apart(array(t["gradient"], t["shape"]), gradients[t["name"]]), t["name"]) for t in ours["tensors"] if t["learned"]
    )
    moved = [apart(array(t["after"], t["shape"]), after[t["name"]]) for t in ours["tensors"] if not t["learned"]]
    relative, absolute = TOLERANCE[dtype]
    right = (
        count == ours["parameters"]
        and logits <= absolute
        and worst[0] <= max(relative, 3 * own)
        and max(moved, default=0) <= relative
        and abs(ours["loss"] - loss) <= relative * abs(loss)
    )
    statistics = f", statistics {max(moved):.1e}" if moved else ""
    print(f"{'ok ' if right else 'BAD'} {net[:60]} {shape} {dtype} {' '.join(exact)}: {count} parameters, ", end="")
    theirs_f32 = f", PyTorch's f32 {own:.1e}" if dtype == "f32" else ""
    print(f"logits {logits:.1e}, gradient {worst[0]:.1e} ({worst[1]}{theirs_f32}){statistics}", flush=True)
    return right


NETS = [
    ("mlp:30-20", "8x8x1"),
    ("lenet5", "28x28x1"),
    ("cs596-1conv", "28x28x1"),
    ("cs596-3conv", "28x28x1"),
    ("cs596-4conv-bn", "28x28x1"),
    ("cs596-vgg", "28x28x1"),
    ("cs596-vgg-bn", "28x28x1"),
    ("kth-3.2", "32x32x3"),
    ("kth-4.b", "32x32x3"),
    ("kth-4.d", "32x32x3"),
    ("kth-4.e", "32x32x3"),
    ("resnet20", "32x32x3"),
    ("vgg16-cifar", "32x32x3"),
    ("conv 5x3 same stride 2 >> tanh >> pool 3 same stride 2 >> fc 10", "13x10x3"),
    ("conv 6x4x3 same >> maxout 3 >> avgpool 3x2 stride 2x1 >> bn >> tanh >> flatten >> bn 0.2 0.01 >> fc 8 >> maxout 2 >> fc 10", "9x8x2"),
    ("conv 4x3 pad 2x1 stride 2x3 nobias >> lrelu 0.1 >> pool 2 pad 1 stride 1 >> noise 0.1 >> gap >> flatten >> fc 10", "11x12x1"),
    ("bn >> residual(conv 3x3 same >> residual(tanh, conv 3x1) >> relu) >> drop 0.2 >> conv 7x2 >> sigmoid >> flatten >> fc 10", "7x6x3"),
]


def main():
    chosen = [(net, dict(NETS).get(net, "32x32x3")) for net in sys.argv[1:]] or NETS
    results = [check(net, shape, dtype) for net, shape in chosen for dtype in ("f64", "f32")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
