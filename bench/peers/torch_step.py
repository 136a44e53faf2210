"""Times training steps of the zoo's nets in PyTorch, on request, so that a race can take turns with Heddle.

Reads lines "NET BATCH THREADS SECONDS" from standard input and answers each with one line of JSON: the best and the median
milliseconds of a step (forward, loss, backward, Adam) on synthetic input. The first line it prints names its version.
"""
import json
import sys
import time

import torch
from torch import nn


def mlp(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1]), (widths[0],)


NETS = {
    "digits-mlp": lambda: mlp(64, 32, 10),
    "dtu-mlp": lambda: mlp(784, 999, 299, 10),
    "cs596-2layer": lambda: mlp(784, 512, 128, 10),
}


def measure(name, batch, seconds):
    net, shape = NETS[name]()
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    images, labels = torch.randn(batch, *shape), torch.randint(0, 10, (batch,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        criterion(net(images), labels).backward()
        optimizer.step()

    for _ in range(5):
        step()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    times.sort()
    return {"best": 1e3 * times[0], "median": 1e3 * times[len(times) // 2]}


print(json.dumps({"version": torch.__version__, "blas": torch.__config__.show().splitlines()[-1].strip()[:60]}), flush=True)
for line in sys.stdin:
    net_name, batch_size, threads, limit = line.split()
    torch.manual_seed(0)
    torch.set_num_threads(int(threads))
    print(json.dumps(measure(net_name, int(batch_size), float(limit))), flush=True)
