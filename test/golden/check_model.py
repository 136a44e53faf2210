"""Asks PyTorch what it thinks of a model that Heddle trained.

    python3 test/golden/check_model.py RUN [--index 0..199] [--dataset NAME]

RUN is a run folder or a model.safetensors; needs torch, numpy and safetensors, a built Heddle, and HEDDLE_DATA_DIR where
the data set has files. The net is made from the file's metadata as an nn.Sequential and takes the file as its
state_dict, as it is. Then PyTorch classifies the test images that `heddle predict --json` classified (at most 1,024),
and that `logits.mjs` gives the bytes and logits of.

Exit code 1 where probabilities differ by more than 1e-5 from PyTorch's in double, or a logit z by more than
1e-5 (1 + |z|). What PyTorch's own single precision differs by is printed beside it. Nets with batch norm have no logits here.
"""

import argparse
import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from make import standardized
from torch_net import build

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-5


def node(*arguments):
    answer = subprocess.run(["node", *arguments], stdout=subprocess.PIPE)
    if answer.returncode != 0:
        sys.exit(answer.returncode)
    return json.loads(answer.stdout)


def worst(actual, expected):
    return (actual - expected).abs().max().item()


def prepared(preprocessing, images, dtype):
    if preprocessing["kind"] == "affine":
        return standardized(images, preprocessing["scale"], preprocessing["shift"], dtype)
    centered = images.to(torch.float64).flatten(1)
    centered = centered - centered.mean(1, keepdim=True)
    length = centered.norm(dim=1, keepdim=True)
    return (centered / torch.where(length > 0, length, 1)).to(dtype).reshape(images.shape)


def main():
    parser = argparse.ArgumentParser(description="Compares a model of Heddle with the same net in PyTorch.")
    parser.add_argument("run")
    parser.add_argument("--index", default="0..199")
    parser.add_argument("--dataset")
    options = parser.parse_args()
    path = Path(options.run)
    file = path / "model.safetensors" if path.is_dir() else path

    with safe_open(file, "pt") as opened:
        metadata = {key: json.loads(value) for key, value in opened.metadata().items() if key not in ("format", "heddle")}
    weights = load_file(file)
    net = build(metadata["architecture"]).eval().to(next(iter(weights.values())).dtype)
    net.load_state_dict(weights, strict=True)

    dataset = ["--dataset", options.dataset] if options.dataset else []
    command = [str(ROOT / "bin" / "heddle.js"), "predict", str(file), "--split", "test", "--index", options.index, "--json"]
    predictions = node(*command, *dataset)["predictions"]
    probabilities = torch.tensor([prediction["probabilities"] for prediction in predictions], dtype=torch.float64)
    classes = torch.tensor([prediction["class"] for prediction in predictions])
    seen = node(str(ROOT / "test" / "golden" / "logits.mjs"), str(file), options.index, *dataset[1:])

    shape = metadata["architecture"]["input"]
    images = np.frombuffer(base64.b64decode(seen["images"]), np.uint8).astype(np.int64)
    images = torch.from_numpy(images.reshape(-1, shape["height"], shape["width"], shape["channels"])).permute(0, 3, 1, 2)
    with torch.no_grad():
        single = net(prepared(metadata["preprocessing"], images, next(net.parameters()).dtype)).double()
        exact = net.double()(prepared(metadata["preprocessing"], images, torch.float64))

    apart = worst(probabilities, exact.softmax(1))
    same = (classes == exact.argmax(1)).sum().item()
    right = (classes == torch.tensor(seen["labels"])).sum().item()
    print(f"{metadata['provenance']['model']} on {len(classes)} test images, PyTorch {torch.__version__}")
    print(f"  probabilities differ by at most {apart:.1e}")
    agree = True
    if seen["logits"] is not None:
        logits = torch.tensor(seen["logits"], dtype=torch.float64)
        agree = torch.allclose(logits, exact, rtol=TOLERANCE, atol=TOLERANCE)
        largest, ours, theirs = exact.abs().max().item(), worst(logits, exact), worst(single, exact)
        print(f"  logits (up to {largest:.1f}) differ by at most {ours:.1e}; PyTorch's f32: {theirs:.1e}")
    print(f"  same class: {same} of {len(classes)} ({right} right)")
    return 0 if apart <= TOLERANCE and agree and same == len(classes) else 1


if __name__ == "__main__":
    sys.exit(main())
