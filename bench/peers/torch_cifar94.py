"""The recipe of `heddle repro cifar10-94` in PyTorch: CIFAR-10 in a few epochs, data in memory, timed.

  torch_cifar94.py DATA_DIR THREADS SEED RECIPE

RECIPE is JSON: epochs, batchSize, subset (null: all), lr, momentum, weightDecay, adamwLr, labelSmoothing. DATA_DIR holds cifar-10/ as
published, in its binary form. Prints one line of JSON: test accuracy of the mean over six views, seconds of the training steps, of
the views, and of all since the process began to import.
"""
import time

began = time.perf_counter()

import gzip
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def read(path):
    packed = Path(f"{path}.gz")
    return np.frombuffer(gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes(), np.uint8)


def load(folder, names):
    records = np.concatenate([read(folder / f"{name}.bin").reshape(-1, 3073) for name in names])
    return torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(records[:, 0].astype(np.int64))


def block(inputs, filters):
    def norm():
        made = nn.BatchNorm2d(filters, momentum=0.4)
        made.weight.requires_grad = False
        return made

    first = nn.Conv2d(inputs, filters, 3, padding=1, bias=False)
    second = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
    for conv in (first, second):
        nn.init.kaiming_normal_(conv.weight)
        passed = min(conv.weight.shape[:2])
        nn.init.dirac_(conv.weight[:passed])
    return [first, nn.MaxPool2d(2), norm(), nn.GELU(), second, norm(), nn.GELU()]


def whiten(conv, images):
    """Its filters are the principal directions of 2x2 windows, and their negatives."""
    windows = F.unfold(images, 2).transpose(1, 2).reshape(-1, 12).double()
    values, vectors = torch.linalg.eigh(windows.T @ windows / len(windows))
    directions = (vectors / (values + 5e-4).sqrt()).flip(1).T.reshape(12, 3, 2, 2).float()
    conv.weight.data = torch.cat([directions, -directions])
    conv.bias.data.zero_()
    conv.requires_grad_(False)


def orthogonal(x):
    wide = x.shape[0] <= x.shape[1]
    x = (x if wide else x.T) / max(float(x.norm()), 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x if wide else x.T


def muon_step(filters, buffers, rate, recipe):
    for w, buffer in zip(filters, buffers):
        buffer.mul_(recipe["momentum"]).add_(w.grad)
        moved = orthogonal((w.grad + recipe["momentum"] * buffer).flatten(1)).view_as(w)
        factor = math.sqrt(max(1, w.shape[0] / w[0].numel()))
        w.data.mul_(1 - rate * recipe["weightDecay"]).sub_(moved, alpha=rate * factor)


def augmented(x, mirrored):
    """Mirrored where said, and a window of the image padded with 2 pixels of its reflection."""
    x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
    padded = torch.cat([x[:, :, :2].flip(2), x, x[:, :, -2:].flip(2)], 2)
    padded = torch.cat([padded[..., :2].flip(3), padded, padded[..., -2:].flip(3)], 3)
    out = torch.empty_like(x)
    down, right = torch.randint(5, (len(x),)), torch.randint(5, (len(x),))
    for i in range(5):
        for j in range(5):
            here = (down == i) & (right == j)
            out[here] = padded[here, :, i : i + 32, j : j + 32]
    return out


def views(x):
    edge = F.pad(x, (1, 1, 1, 1), "replicate")
    for seen in (x, edge[..., :-2, :-2], edge[..., 2:, 2:]):
        yield seen
        yield seen.flip(3)


def main():
    folder, threads, seed, recipe = Path(sys.argv[1]) / "cifar-10", int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    images, labels = load(folder, [f"data_batch_{i}" for i in range(1, 6)])
    if recipe["subset"]:
        images, labels = images[: recipe["subset"]], labels[: recipe["subset"]]
    numbers = images.float()
    mean, std = numbers.mean((0, 2, 3), keepdim=True), numbers.std((0, 2, 3), keepdim=True)
    numbers = (numbers - mean) / std
    first = nn.Conv2d(3, 24, 2)
    whiten(first, numbers[:5000])
    net = nn.Sequential(
        first, nn.GELU(), *block(24, 64), *block(64, 256), *block(256, 256), nn.MaxPool2d(3), nn.Flatten(), nn.Linear(256, 10)
    ).to(memory_format=torch.channels_last)
    filters = [p for p in net.parameters() if p.requires_grad and p.dim() == 4]
    rest = [p for p in net.parameters() if p.requires_grad and p.dim() < 4]
    buffers = [torch.zeros_like(w) for w in filters]
    adamw = torch.optim.AdamW(rest, betas=(0.9, 0.95), eps=1e-10, weight_decay=recipe["weightDecay"])
    size = recipe["batchSize"]
    updates = recipe["epochs"] * -(-len(numbers) // size)
    criterion = nn.CrossEntropyLoss(label_smoothing=recipe["labelSmoothing"])
    drawn = torch.rand(len(numbers)) < 0.5
    start = time.perf_counter()
    net.train()
    update = 0
    for epoch in range(recipe["epochs"]):
        for batch in torch.randperm(len(numbers)).split(size):
            left = 1 - update / updates
            net.zero_grad(set_to_none=True)
            x = augmented(numbers[batch], drawn[batch] ^ (epoch % 2 == 1)).contiguous(memory_format=torch.channels_last)
            criterion(net(x), labels[batch]).backward()
            muon_step(filters, buffers, recipe["lr"] * left, recipe)
            adamw.param_groups[0]["lr"] = recipe["adamwLr"] * left
            adamw.step()
            update += 1
    training = time.perf_counter() - start
    start = time.perf_counter()
    net.eval()
    images, labels = load(folder, ["test_batch"])
    with torch.no_grad():
        correct = sum(
            int((sum(net(view).softmax(1) for view in views((a.float() - mean) / std)).argmax(1) == b).sum())
            for a, b in zip(images.split(500), labels.split(500))
        )
    asked = time.perf_counter() - start
    print(json.dumps({"accuracy": correct / len(labels), "training": training, "views": asked, "command": time.perf_counter() - began}))


main()
