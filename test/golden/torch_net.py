"""Heddle's list of layers as PyTorch's modules, with Heddle's names: a model.safetensors is the state_dict as it is.

`build(architecture)` takes what the file's metadata holds: {"input": {height, width, channels}, "classes", "layers"}.
The net takes images [samples][C][H][W], or, where its first layer is dense, what they flatten to. Dropout and noise do
nothing: their draws are Heddle's own.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Dense(nn.Linear):
    """Takes the net's own image as it is, without a flatten that would have a number in the list."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def pair(size):
    return tuple(size) if isinstance(size, list) else (size, size)


def pads(padding, size, window, stride):
    """[before, after] of one axis; `same` as TensorFlow has it, the odd one after."""
    if padding == "valid":
        return [0, 0]
    if padding != "same":
        return [padding, padding]
    total = max((math.ceil(size / stride) - 1) * stride + window - size, 0)
    return [total // 2, total - total // 2]


class Sliding(nn.Module):
    """What slides over a padded image: the padding, which PyTorch has not everywhere and never one-sided."""

    def __init__(self, spec, window, default_stride, fill):
        super().__init__()
        self.window = pair(window)
        self.stride = pair(spec.get("stride", default_stride))
        self.padding = spec.get("padding", "valid")
        self.fill = fill

    def padded(self, x):
        padding = pair(self.padding)
        rows, columns = (pads(padding[i], x.shape[2 + i], self.window[i], self.stride[i]) for i in (0, 1))
        return F.pad(x, [*columns, *rows], value=self.fill)


class Convolution(Sliding):
    def __init__(self, spec, channels):
        super().__init__(spec, spec["kernel"], 1, 0.0)
        self.groups = spec.get("groups", 1)
        plain = nn.Conv2d(channels, spec["filters"], self.window, bias=spec.get("bias", True), groups=self.groups)
        self.weight, self.bias = plain.weight, plain.bias

    def forward(self, x):
        return F.conv2d(self.padded(x), self.weight, self.bias, self.stride, groups=self.groups)


class MaxPool(Sliding):
    def __init__(self, spec):
        super().__init__(spec, spec["size"], spec["size"], -math.inf)

    def forward(self, x):
        return F.max_pool2d(self.padded(x), self.window, self.stride)


class Maxout(nn.Module):
    def __init__(self, pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x):
        return x.unflatten(1, (-1, self.pieces)).max(2).values


class Residual(nn.Module):
    def __init__(self, spec, shape):
        super().__init__()
        self.body = sequence(spec["body"], shape)
        if "projection" in spec:
            self.projection = sequence(spec["projection"], shape)

    def forward(self, x):
        return self.body(x) + (self.projection(x) if hasattr(self, "projection") else x)


def batch_norm(spec, shape):
    kind = nn.BatchNorm2d if len(shape) == 3 and shape[1:] != (1, 1) else nn.BatchNorm1d
    norm = kind(shape[0], eps=spec["epsilon"], momentum=spec["momentum"])
    for name, kept in (("weight", spec.get("scale", True)), ("bias", spec.get("shift", True))):
        if not kept:
            norm.register_parameter(name, None)
    return norm


# In the order of Heddle's list; each is told the function's number.
ACTIVATIONS = {
    "relu": lambda _: nn.ReLU(),
    "leaky-relu": nn.LeakyReLU,
    "tanh": lambda _: nn.Tanh(),
    "sigmoid": lambda _: nn.Sigmoid(),
    "elu": nn.ELU,
    "gelu": lambda _: nn.GELU(),
    "silu": lambda _: nn.SiLU(),
}


def activation(spec, _):
    numbers = [value for key, value in spec.items() if key != "type"]
    return ACTIVATIONS[spec["type"]](*numbers or [None])


LAYERS = {
    "dense": lambda spec, shape: Dense(math.prod(shape), spec["units"]),
    "conv2d": lambda spec, shape: Convolution(spec, shape[0]),
    "grouped-conv2d": lambda spec, shape: Convolution(spec, shape[0]),
    "max-pool": lambda spec, _: MaxPool(spec),
    "average-pool": lambda spec, _: nn.AvgPool2d(pair(spec["size"]), pair(spec.get("stride", spec["size"]))),
    "global-average-pool": lambda *_: nn.AdaptiveAvgPool2d(1),
    "batch-norm": batch_norm,
    # Both sides keep everything here: masks and noise are drawn otherwise.
    "dropout": lambda *_: nn.Identity(),
    "gaussian-noise": lambda *_: nn.Identity(),
    "flatten": lambda *_: nn.Flatten(),
    "maxout": lambda spec, _: Maxout(spec["pieces"]),
    "residual": Residual,
    **dict.fromkeys(ACTIVATIONS, activation),
}


def sequence(specs, shape):
    modules, x = [], torch.zeros(1, *shape)
    for spec in specs:
        modules.append(LAYERS[spec["type"]](spec, tuple(x.shape[1:])).eval())
        with torch.no_grad():
            x = modules[-1](x)
    return nn.Sequential(*modules)


def build(architecture):
    shape = architecture["input"]
    return sequence(architecture["layers"], (shape["channels"], shape["height"], shape["width"])).train()
