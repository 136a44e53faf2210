"""Times training steps in PyTorch, on request, so that a race can take turns with Heddle.

Reads lines of JSON from standard input: a net as Heddle's list of layers with its input, the batch, threads, seconds, and
whether tensors are channels last. Answers each with one line: the best and the median milliseconds of a step (forward,
loss, backward, Adam) on synthetic input. The first line it prints names its version.
"""
import json
import sys
import time

import torch
from torch import nn


def pair(size):
    return (size, size) if isinstance(size, int) else tuple(size)


def padding_of(spec, size):
    padding = spec.get("padding", "valid")
    if padding == "valid":
        return 0
    if padding != "same":
        return pair(padding)
    if pair(spec.get("stride", 1)) != (1, 1) or any(side % 2 == 0 for side in size):
        raise ValueError("padding that is not the same on both sides")
    return tuple(side // 2 for side in size)


def layer_of(spec, x):
    kind = spec["type"]
    if kind == "dense":
        return nn.Linear(x.flatten(1).shape[1], spec["units"])
    if kind == "conv2d":
        size, stride = pair(spec["kernel"]), pair(spec.get("stride", 1))
        return nn.Conv2d(x.shape[1], spec["filters"], size, stride, padding_of(spec, size), bias=spec.get("bias", True))
    if kind in ("max-pool", "average-pool"):
        size = pair(spec["size"])
        pool = nn.MaxPool2d if kind == "max-pool" else nn.AvgPool2d
        return pool(size, pair(spec.get("stride", size)), padding_of(spec, size))
    if kind == "batch-norm":
        return (nn.BatchNorm2d if x.dim() == 4 else nn.BatchNorm1d)(x.shape[1], spec["epsilon"], spec["momentum"])
    return {
        "relu": lambda: nn.ReLU(),
        "leaky-relu": lambda: nn.LeakyReLU(spec["slope"]),
        "tanh": lambda: nn.Tanh(),
        "dropout": lambda: nn.Dropout(spec["rate"]),
        "flatten": lambda: nn.Flatten(),
        "global-average-pool": lambda: nn.AdaptiveAvgPool2d(1),
    }[kind]()


def build(layers, x):
    modules = []
    for spec in layers:
        # Heddle's dense layers take the image itself as a vector.
        if spec["type"] == "dense" and x.dim() > 2:
            modules.append(nn.Flatten())
            x = x.flatten(1)
        modules.append(layer_of(spec, x))
        with torch.no_grad():
            x = modules[-1](x)
    return nn.Sequential(*modules)


def measure(layers, shape, batch, seconds, channels_last):
    images, labels = torch.randn(batch, *shape), torch.randint(0, 10, (batch,))
    net = build(layers, images[:2])
    if channels_last:
        net, images = net.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        criterion(net(images), labels).backward()
        optimizer.step()

    for _ in range(3):
        step()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 4:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    times.sort()
    return {"best": 1e3 * times[0], "median": 1e3 * times[len(times) // 2]}


def main():
    print(json.dumps({"version": torch.__version__, "blas": torch.__config__.show().splitlines()[-1].strip()[:60]}), flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        torch.manual_seed(0)
        torch.set_num_threads(ask["threads"])
        answer = measure(ask["layers"], ask["shape"], ask["batch"], ask["seconds"], ask["channelsLast"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
