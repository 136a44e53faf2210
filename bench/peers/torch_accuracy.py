"""Trains a net in PyTorch as bench/accuracy.mjs asks: FOLDER holds ask.json, first weights, images and labels as bytes.

Prints one line of JSON: test accuracy after the last epoch, and the seconds of training.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from torch_step import build


def main():
    folder = Path(sys.argv[1])
    ask = json.loads((folder / "ask.json").read_text())
    torch.set_num_threads(ask["threads"])
    torch.manual_seed(ask["seed"])
    channels, height, width = ask["shape"]
    scale, shift = [torch.tensor(ask[key], dtype=torch.float32).view(1, channels, 1, 1) for key in ("scale", "shift")]

    def split(name):
        images = np.fromfile(folder / f"{name}.images", np.uint8).reshape(-1, height, width, channels)
        labels = np.fromfile(folder / f"{name}.labels", np.uint16).astype(np.int64)
        return torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)

    images, labels = split("train")
    net = build(ask["layers"], torch.zeros(2, *ask["shape"]))
    weights, at = torch.from_numpy(np.fromfile(folder / "weights", np.float32)), 0
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(weights[at : at + parameter.numel()].view_as(parameter))
            at += parameter.numel()
    assert at == len(weights)
    if ask["optimizer"] == "adam":
        optimizer = torch.optim.Adam(net.parameters(), lr=ask["lr"])
    else:
        optimizer = torch.optim.SGD(net.parameters(), lr=ask["lr"], momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    start = time.perf_counter()
    for _ in range(ask["epochs"]):
        net.train()
        for batch in torch.randperm(len(images)).split(ask["batchSize"]):
            optimizer.zero_grad(set_to_none=True)
            criterion(net(images[batch].float() * scale + shift), labels[batch]).backward()
            optimizer.step()
    seconds = time.perf_counter() - start
    net.eval()
    images, labels = split("test")
    with torch.no_grad():
        correct = sum(
            int((net(x.float() * scale + shift).argmax(1) == y).sum()) for x, y in zip(images.split(500), labels.split(500))
        )
    print(json.dumps({"accuracy": correct / len(labels), "seconds": seconds}))


main()
