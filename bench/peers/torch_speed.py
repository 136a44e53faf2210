"""The recipe of `heddle repro mnist-99` in PyTorch: one epoch on MNIST, data in memory, timed.

  torch_speed.py DATA_DIR THREADS SEED RECIPE

RECIPE is JSON: batchSize, lr, betas, rise (of the one-cycle schedule). DATA_DIR holds mnist/ as published. Prints one
line of JSON: test accuracy, seconds of the training steps, seconds of all since the process began to import.
"""
import time

began = time.perf_counter()

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn


def read(path, offset):
    packed = Path(f"{path}.gz")
    data = gzip.decompress(packed.read_bytes()) if packed.exists() else Path(path).read_bytes()
    return np.frombuffer(data, np.uint8, offset=offset)


def load(folder, name):
    images = read(folder / f"{name}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
    labels = read(folder / f"{name}-labels-idx1-ubyte", 8)
    return torch.from_numpy(images.copy()), torch.from_numpy(labels.astype(np.int64))


def main():
    folder, threads, seed, recipe = Path(sys.argv[1]) / "mnist", int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    images, labels = load(folder, "train")
    mean, std = images.float().mean(), images.float().std()
    x = (images.float() - mean) / std
    net = nn.Sequential(
        nn.Conv2d(1, 24, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(24, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 256), nn.ReLU(), nn.Linear(256, 10),
    )
    steps = -(-len(x) // recipe["batchSize"])
    optimizer = torch.optim.Adam(net.parameters(), lr=recipe["lr"], betas=tuple(recipe["betas"]))
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe["lr"], total_steps=steps, pct_start=recipe["rise"], cycle_momentum=False
    )
    criterion = nn.CrossEntropyLoss()
    start = time.perf_counter()
    net.train()
    for batch in torch.randperm(len(x)).split(recipe["batchSize"]):
        optimizer.zero_grad(set_to_none=True)
        criterion(net(x[batch]), labels[batch]).backward()
        optimizer.step()
        cycle.step()
    training = time.perf_counter() - start
    net.eval()
    images, labels = load(folder, "t10k")
    with torch.no_grad():
        correct = sum(
            int((net((a.float() - mean) / std).argmax(1) == b).sum()) for a, b in zip(images.split(500), labels.split(500))
        )
    print(json.dumps({"accuracy": correct / len(labels), "training": training, "command": time.perf_counter() - began}))


main()
