"""Makes augment.json: what SciPy and PyTorch make of 130 images under the affine maps of augmentation.

    python3 test/golden/make_augment.py        needs NumPy, SciPy and PyTorch

Draws are made here anew (Philox4x32-10, key (seed, 7 << 24), counter (epoch, sample, 0, block)), the map is composed from
Keras's four matrices, output (row, column) to input (row, column) about the image's center, and applied by
scipy.ndimage.affine_transform of order 1. torch's grid_sample with align_corners=True, which counts pixels by their
centers as Heddle does, must agree with it. (It knows nearest and constant as border and zeros; its reflection turns at
the centers of the outer pixels, SciPy's and Heddle's at the outer edges: there align_corners=False agrees.)
augment.json holds 16 pixels of each image. Windows of a resized crop are resized by torch's interpolate.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

SEED, EPOCH, PROBES = 5, 3, 16
CASES = [
    {"name": "cs596", "count": 40, "height": 28, "width": 28, "channels": 1, "fill": "nearest",
     "rotate": 8, "shiftHeight": 0.08, "shiftWidth": 0.08, "shear": 0.3, "zoomHeight": 0.08, "zoomWidth": 0.08},
    {"name": "large, constant", "count": 30, "height": 32, "width": 20, "channels": 3, "fill": "constant",
     "rotate": 180, "shiftHeight": 0.2, "shiftWidth": 0.1, "shear": 40, "zoomHeight": 0.5, "zoomWidth": 0.3},
    {"name": "large, reflect", "count": 30, "height": 17, "width": 31, "channels": 1, "fill": "reflect",
     "rotate": 90, "shiftHeight": 1, "shiftWidth": 0.5, "shear": 20, "zoomHeight": 0.4, "zoomWidth": 0.9},
]  # fmt: skip
# Windows as torchvision's RandomResizedCrop draws and resizes them; ratio 3/4 to 4/3.
WINDOWS = [
    {"name": "resized crop", "count": 20, "height": 32, "width": 20, "channels": 3, "resizedCrop": 0.08},
    {"name": "resized crop of a wide image", "count": 10, "height": 6, "width": 40, "channels": 1, "resizedCrop": 0.9},
]
SCIPY = {"nearest": "nearest", "constant": "grid-constant", "reflect": "reflect"}
TORCH = {"nearest": "border", "constant": "zeros", "reflect": "reflection"}


def philox(counter, key):
    a, b, c, d = counter
    k0, k1 = key
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k0, q & 0xFFFFFFFF, (p >> 32) ^ d ^ k1, p & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return a, b, c, d


def draws(sample):
    words = [w for block in (0, 1) for w in philox((EPOCH, sample, 0, block), (SEED, 7 << 24))]
    return [2 * w / 2**32 - 1 for w in words[:6]]


def keras_matrix(case, sample):
    rotate, shear, down, right, tall, wide = draws(sample)
    theta, lean = math.radians(case["rotate"] * rotate), math.radians(case["shear"] * shear)
    rotation = np.array([[math.cos(theta), -math.sin(theta), 0], [math.sin(theta), math.cos(theta), 0], [0, 0, 1]])
    shift = np.eye(3)
    shift[:2, 2] = case["shiftHeight"] * down * case["height"], case["shiftWidth"] * right * case["width"]
    shearing = np.array([[1, -math.sin(lean), 0], [0, math.cos(lean), 0], [0, 0, 1]])
    zoom = np.diag([1 + case["zoomHeight"] * tall, 1 + case["zoomWidth"] * wide, 1])
    center, back = np.eye(3), np.eye(3)
    center[:2, 2] = (case["height"] - 1) / 2, (case["width"] - 1) / 2
    back[:2, 2] = -center[:2, 2]
    return center @ rotation @ shift @ shearing @ zoom @ back


def image(case, sample):
    i = np.arange(case["height"] * case["width"] * case["channels"], dtype=np.int64)
    values = (i * i * 7 + i * (13 + sample) + sample * 31) % 251
    return values.reshape(case["height"], case["width"], case["channels"]).astype(np.float64)


def by_torch(pixels, matrix, case):
    height, width = case["height"], case["width"]
    rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    row, column, _ = np.einsum("ij,jhw->ihw", matrix, np.stack([rows, columns, np.ones_like(rows)]))
    corners = case["fill"] != "reflect"
    if corners:
        grid = np.stack([2 * column / (width - 1) - 1, 2 * row / (height - 1) - 1], -1)
    else:
        grid = np.stack([(2 * column + 1) / width - 1, (2 * row + 1) / height - 1], -1)
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    y = torch.nn.functional.grid_sample(
        x, torch.from_numpy(grid)[None], mode="bilinear", padding_mode=TORCH[case["fill"]], align_corners=corners
    )
    return y[0].permute(1, 2, 0).numpy()


def probes(case, sample):
    pixels, matrix = image(case, sample), keras_matrix(case, sample)
    made = np.stack(
        [
            ndimage.affine_transform(
                pixels[:, :, c], matrix[:2, :2], matrix[:2, 2], order=1, mode=SCIPY[case["fill"]], cval=0
            )
            for c in range(case["channels"])
        ],
        -1,
    )
    assert np.abs(made - by_torch(pixels, matrix, case)).max() < 1e-9
    flat = made.reshape(-1)
    return [round(float(flat[(sample * 5 + j * 97) % flat.size]), 6) for j in range(PROBES)]


def window(case, sample):
    height, width, least = case["height"], case["width"], case["resizedCrop"]
    low, high = math.log(3 / 4), math.log(4 / 3)
    for i in range(10):
        area, ratio, top, left = (w / 2**32 for w in philox((EPOCH, sample, 0, i), (SEED, (7 << 24) + 2)))
        area, ratio = height * width * (least + (1 - least) * area), math.exp(low + (high - low) * ratio)
        wide, tall = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < wide <= width and 0 < tall <= height:
            return int(top * (height - tall + 1)), int(left * (width - wide + 1)), tall, wide
    tall = round(width / (3 / 4)) if width / height < 3 / 4 else height
    wide = round(height * (4 / 3)) if width / height > 4 / 3 else width
    return (height - tall) // 2, (width - wide) // 2, tall, wide


def windowed(case, sample):
    top, left, tall, wide = window(case, sample)
    x = torch.from_numpy(image(case, sample)).permute(2, 0, 1)[None, :, top : top + tall, left : left + wide]
    size = (case["height"], case["width"])
    made = torch.nn.functional.interpolate(x, size, mode="bilinear", align_corners=False)[0].permute(1, 2, 0)
    flat = made.numpy().reshape(-1)
    return [round(float(flat[(sample * 5 + j * 97) % flat.size]), 6) for j in range(PROBES)]


if __name__ == "__main__":
    cases = [{**case, "pixels": [probes(case, sample) for sample in range(case["count"])]} for case in CASES]
    cases += [{**case, "pixels": [windowed(case, sample) for sample in range(case["count"])]} for case in WINDOWS]
    text = json.dumps({"seed": SEED, "epoch": EPOCH, "cases": cases})
    Path(__file__).with_name("augment.json").write_text(text.replace("]], ", "]],\n").replace("], [", "],\n[") + "\n")
