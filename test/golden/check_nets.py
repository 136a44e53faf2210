"""Asks PyTorch what it computes of Heddle's nets: logits, probabilities, every gradient, running statistics.

    python3 test/golden/check_nets.py [NET …] [--images formula|real] [--samples N] [--seed N]

Needs torch, numpy and safetensors, a built Heddle, and HEDDLE_DATA_DIR for real images (MNIST's and CIFAR-10's test
split, CIFAR-10's enlarged sevenfold for nets of 224x224). Prints the tables of bench/results/goldens.md.

PyTorch makes the net from Heddle's own list of layers and takes Heddle's file of weights as its state_dict; its double
precision is the measure of both formats. Dropout and noise do nothing on either side. A gradient's or a statistic's error is
relative to the tensor's largest number, and the worst tensor counts; in brackets stands what PyTorch's own single precision
errs by. Exit code 1 where a tensor is missing, where logits, probabilities or statistics are further off than 1e-4 in f32
or 1e-8 in f64, or gradients than 1e-3 or 1e-8.

In single precision a number near the kink of a ReLU, or two near-equal numbers under a max pooling, may fall on the other
side, in PyTorch as in Heddle, and then one sample's gradient takes another way: three times what PyTorch's own f32 errs by is
allowed, and where that does not suffice up to three other seeds of the weights are tried, each with a row.
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

from make import standardized
from torch_net import build

ROOT = Path(__file__).parents[2]
LIMITS = {
    "f32": {"logits": 1e-4, "probabilities": 1e-4, "statistics": 1e-4, "gradients": 1e-3},
    "f64": {"logits": 1e-8, "probabilities": 1e-8, "statistics": 1e-8, "gradients": 1e-8},
}
GREY = ["cs596-2layer", "lenet5", "cs596-1conv", "cs596-3conv", "cs596-4conv-bn", "cs596-vgg", "cs596-vgg-bn"]
COLOUR = ["small-cnn", "kth-3.2", "kth-4.a.1", "kth-4.a.2", "kth-4.b", "kth-4.c", "kth-4.d", "kth-4.e", "resnet20", "vgg16-cifar"]
LARGE = ["alexnet", "vgg16", "vgg19"]


def smooth_resnet():
    """resnet20 with tanh for ReLU: nothing has a kink, so that rounding alone is left, in Winograd's 16 convolutions too."""

    def block(filters, stride):
        halving = " stride 2" if stride == 2 else ""
        body = f"conv {filters}x3 pad 1{halving} nobias >> bn >> tanh >> conv {filters}x3 pad 1 nobias >> bn"
        projection = f", conv {filters}x1 stride 2 nobias >> bn" if stride == 2 else ""
        return f"residual({body}{projection}) >> tanh"

    blocks = [block(filters, stride if i == 0 else 1) for filters, stride in ((16, 1), (32, 2), (64, 2)) for i in range(3)]
    return " >> ".join(["conv 16x3 pad 1 nobias >> bn >> tanh", *blocks, "gap >> flatten >> fc 10"])


# What no preset has: odd sizes, one-sided padding, steps of two sizes, maxout, overlapping windows, sums within sums.
SENTENCES = {
    "conv 5x3 same stride 2 >> tanh >> pool 3 same stride 2 >> fc 10": [13, 10, 3],
    "conv 6x4x3 same >> maxout 3 >> avgpool 3x2 stride 2x1 >> bn >> tanh >> flatten >> bn 0.2 0.01 >> fc 8 >> maxout 2 >> fc 10": [9, 8, 2],
    "conv 4x3 pad 2x1 stride 2x3 nobias >> lrelu 0.1 >> pool 2 pad 1 stride 1 >> noise 0.1 >> gap >> flatten >> fc 10": [11, 12, 1],
    "bn >> residual(conv 3x3 same >> residual(tanh, conv 3x1) >> relu) >> drop 0.2 >> conv 7x2 >> sigmoid >> flatten >> fc 10": [7, 6, 3],
    smooth_resnet(): [32, 32, 3],
}


def cases(nets, samples):
    for name in nets:
        shape = {}
        if name in SENTENCES:
            shape = {"input": dict(zip(("height", "width", "channels"), SENTENCES[name]))}
        if name in LARGE:
            # As they are at home in f32; in f64 smaller, for the memory.
            yield {"model": name, "dtype": "f32", "exact": False, "samples": 2}
            shape = {"input": {"height": 64, "width": 64, "channels": 3}, "classes": 10}
            yield {"model": name, "dtype": "f64", "exact": True, "samples": 4, **shape}
            continue
        for dtype, exact in (("f32", False), ("f32", True), ("f64", True)):
            yield {"model": name, "dtype": dtype, "exact": exact, "samples": samples, **shape}


def heddle(request, folder):
    (folder / "request.json").write_text(json.dumps({"out": str(folder), **request}))
    command = ["node", str(ROOT / "test" / "golden" / "net-numbers.mjs"), str(folder / "request.json")]
    if subprocess.run(command).returncode != 0:
        sys.exit(f"Heddle failed on {request}")
    return json.loads((folder / "net.json").read_text()), load_file(folder / "numbers.safetensors")


def pytorch(described, folder, dtype):
    """Logits as training computes them, probabilities as scoring does, gradients, running statistics after the step."""
    shape = described["architecture"]["input"]
    images = np.fromfile(folder / "images.bin", np.uint8).astype(np.int64)
    images = torch.from_numpy(images.reshape(-1, shape["height"], shape["width"], shape["channels"])).permute(0, 3, 1, 2)
    x = standardized(images, described["scale"], described["shift"], dtype)
    net = build(described["architecture"]).to(dtype)
    net.load_state_dict(load_file(folder / "start.safetensors"), strict=True)
    numbers = {}
    with torch.no_grad():
        numbers["probabilities"] = net.eval()(x).softmax(1)
    numbers["logits"] = net.train()(x)
    torch.nn.functional.cross_entropy(numbers["logits"], torch.tensor(described["labels"])).backward()
    numbers.update({f"gradient/{name}": weight.grad for name, weight in net.named_parameters()})
    numbers.update({name: value for name, value in net.named_buffers() if "running" in name})
    return {name: value.detach() for name, value in numbers.items()}


def distances(actual, exact):
    def apart(name):
        return (actual[name].double() - exact[name]).abs().max().item()

    def relative(names):
        return max(((apart(name) / exact[name].abs().max().item(), name) for name in names), default=(0, ""))

    gradients, worst = relative([name for name in exact if name.startswith("gradient/")])
    statistics, _ = relative([name for name in exact if "running" in name])
    absolute = {name: apart(name) for name in ("logits", "probabilities")}
    return {**absolute, "gradients": gradients, "statistics": statistics}, worst.removeprefix("gradient/")


def row(case, described, single, error, worst):
    shape, count = described["architecture"]["input"], described["winograd"]
    way = f", {count} by Winograd" if count else ", exact" if case["exact"] and case["dtype"] == "f32" else ""
    size = f"{case['samples']} of {shape['height']}x{shape['width']}x{shape['channels']}"
    cells = [f"`{case['model']}`", size, case["dtype"] + way]
    for key in ("logits", "probabilities", "gradients", "statistics"):
        own = f" ({single[key]:.1e})" if single else ""
        cells.append(f"{error[key]:.1e}{own}" if error[key] > 0 else "")
    return "| " + " | ".join([*cells, worst]) + " |"


def check(case, images):
    """Prints the row; true where all is within its limit."""
    real = "mnist" if case["model"] in GREY else "cifar-10"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        described, ours = heddle({**case, "images": "formula" if images == "formula" else real}, folder)
        exact = pytorch(described, folder, torch.float64)
        error, worst = distances(ours, exact)
        single = distances(pytorch(described, folder, torch.float32), exact)[0] if case["dtype"] == "f32" else None
    allowed = {key: max(limit, 3 * single[key] if single else 0) for key, limit in LIMITS[case["dtype"]].items()}
    beyond = [key for key, limit in allowed.items() if not error[key] <= limit]
    same = exact.keys() == ours.keys()
    print(row(case, described, single, error, worst + f" {beyond} beyond" * bool(beyond)), "" if same else "TENSORS DIFFER", flush=True)
    return same and not beyond


def main():
    parser = argparse.ArgumentParser(description="Compares every preset with the same net in PyTorch.")
    parser.add_argument("nets", nargs="*", metavar="NET")
    parser.add_argument("--images", default="formula", choices=["formula", "real"])
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    every = GREY + COLOUR + LARGE + (list(SENTENCES) if options.images == "formula" else [])
    print("| net | images | way | logits | probabilities | gradients | statistics | worst gradient |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    failures = 0
    for case in cases(options.nets or every, options.samples):
        seeds = range(options.seed, options.seed + (4 if case["dtype"] == "f32" else 1))
        failures += not any(check({**case, "seed": seed}, options.images) for seed in seeds)
    return 1 if failures else 0


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
