"""A hundred steps from `--init`, beside PyTorch: is Heddle further from double precision than PyTorch's single precision is?

    python3 test/golden/check_training.py [NET …] [--steps N]

Needs torch, numpy and safetensors, a built Heddle, and HEDDLE_DATA_DIR: MNIST for lenet5, CIFAR-10 for kth-3.2. Each net starts from a file that `heddle train` writes; then `heddle train --init FILE --no-shuffle --log-steps`
trains on the samples of its split.json in their order, and PyTorch on the same ones, in double and in single precision. Prints
the table of bench/results/goldens.md: the largest distance of a step's loss, and of a weight after the last step, from
PyTorch's double.

Exit code 1 where a distance is more than 3 times what PyTorch's f32 is off, and more than 1e-3; in f64, more than 1e-8.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from make import OPTIMIZERS, standardized
from torch_net import build

ROOT = Path(__file__).parents[2]
BATCH = 64
FLOOR = 1e-3
NETS = {"lenet5": "mnist", "kth-3.2": "cifar-10"}
# kth-3.2 is unruly with momentum at lenet5's rate: PyTorch's f32 then strays by a tenth.
RATES = {"lenet5": {"sgd momentum=0.9": 0.01, "adam": 0.001}, "kth-3.2": {"sgd momentum=0.9": 0.001, "adam": 0.0003}}
WAYS = {"f64": ["--dtype", "f64"], "f32, --exact-conv": ["--exact-conv"], "f32": []}


def train(out, *settings):
    command = ["node", str(ROOT / "bin" / "heddle.js"), "train", "--quiet", "--validation", "0", "--no-shuffle", "--out", str(out)]
    answer = subprocess.run([*command, "--batch-size", str(BATCH), "--log-steps", *settings], stdout=subprocess.DEVNULL)
    if answer.returncode != 0:
        sys.exit(f"heddle train {' '.join(settings)} failed")
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if line["kind"] == "step"]
    return losses, load_file(out / "model.safetensors"), json.loads((out / "run.json").read_text())


def samples(run, out):
    """The training images that the run saw, standardized as it says, and their labels."""
    command = ["node", str(ROOT / "test" / "golden" / "run-images.mjs"), str(run), str(out)]
    subprocess.run(command, check=True)
    described = json.loads((out / "net.json").read_text())
    shape = described["architecture"]["input"]
    images = np.fromfile(out / "images.bin", np.uint8).astype(np.int64)
    images = torch.from_numpy(images.reshape(-1, shape["height"], shape["width"], shape["channels"])).permute(0, 3, 1, 2)
    return described, images, torch.tensor(described["labels"])


def pytorch(described, images, labels, start, optimizer, lr, dtype):
    net = build(described["architecture"]).to(dtype)
    net.load_state_dict(start, strict=True)
    preprocessing = described["preprocessing"]
    x = standardized(images, preprocessing["scale"], preprocessing["shift"], dtype)
    steps = OPTIMIZERS[optimizer](net.parameters(), lr)
    losses = []
    for begin in range(0, len(x), BATCH):
        loss = torch.nn.functional.cross_entropy(net(x[begin : begin + BATCH]), labels[begin : begin + BATCH])
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    return losses, net.state_dict()


def apart(ours, exact):
    losses = max(abs(a - b) for a, b in zip(ours[0], exact[0], strict=True))
    return losses, max((ours[1][name].double() - exact[1][name]).abs().max().item() for name in exact[1])


def main():
    parser = argparse.ArgumentParser(description="Follows PyTorch for a hundred steps.")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("nets", nargs="*", metavar="NET")
    options = parser.parse_args()
    print("| net | optimizer, rate | PyTorch's f32 | " + " | ".join(f"Heddle's {way}" for way in WAYS) + " |")
    print("| --- " * (3 + len(WAYS)) + "|")
    failures = 0
    for net in options.nets or NETS:
        common = ["--model", net, "--dataset", NETS[net], "--allow-missing", "--epochs", "1"]
        common += ["--subset", str(BATCH * options.steps)]
        for optimizer, lr in RATES[net].items():
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                # A rate so small that nothing moves: the file of the first weights.
                nothing = ["--optimizer", "sgd", "--lr", "1e-30"]
                _, start, _ = train(folder / "start", *common, *nothing)
                described, images, labels = samples(folder / "start", folder)
                exact = pytorch(described, images, labels, start, optimizer, lr, torch.float64)
                single = apart(pytorch(described, images, labels, start, optimizer, lr, torch.float32), exact)
                cells = [net, f"{optimizer}, {lr}", f"{single[0]:.1e}, {single[1]:.1e}"]
                for way, settings in WAYS.items():
                    init = ["--init", str(folder / "start" / "model.safetensors")]
                    step = ["--optimizer", optimizer, "--lr", str(lr)]
                    out = folder / way.replace(" ", "").replace(",", "")
                    error = apart(train(out, *common, *init, *step, *settings)[:2], exact)
                    allowed = [1e-8, 1e-8] if way == "f64" else [max(FLOOR, 3 * own) for own in single]
                    right = all(distance <= limit for distance, limit in zip(error, allowed))
                    failures += not right
                    cells.append(f"{error[0]:.1e}, {error[1]:.1e}" + ("" if right else " BEYOND"))
            print("| " + " | ".join(cells) + " |", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
