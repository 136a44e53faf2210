"""Makes the golden numbers of the tests: what PyTorch computes from the same weights on the same samples.

    python3 test/golden/make.py        needs torch, numpy and safetensors

Writes beside itself
    training.json, training.safetensors   losses of each step in f64 and f32, starting weights (F32) and final ones (F64)
    model.json, model.safetensors         a state_dict of nn.Sequential, and the logits it gives

Samples come from `formula.ts`, written here a second time: no data file. Images are made channels last and permuted, so
PyTorch flattens them as C,H,W. Run it anew only to add cases: other PyTorch versions give other last digits.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from torch_net import build

FOLDER = Path(__file__).parent
CLASSES = 10
DOUBLE, SINGLE = torch.float64, torch.float32


def hash32(i):
    x = (i.astype(np.uint64) * 0x9E3779B1) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 0x85EBCA77) & 0xFFFFFFFF
    x ^= x >> 13
    return x


def formula(samples, shape, maximum):
    """Bytes [samples][C][H][W] and labels: half the pattern of the class, half noise."""
    height, width, channels = shape["height"], shape["width"], shape["channels"]
    sample = np.arange(samples)[:, None]
    pixel = np.arange(height * width * channels)[None, :]
    labels = hash32(0x20000000 + sample) % CLASSES
    pattern = hash32(0x10000000 + labels * 4096 + pixel) & 1
    noise = hash32(sample * 4096 + pixel) % (maximum + 1)
    images = ((pattern * maximum + noise) >> 1).reshape(samples, height, width, channels)
    return torch.from_numpy(images.astype(np.int64)).permute(0, 3, 1, 2), torch.from_numpy(labels[:, 0].astype(np.int64))


def standardized(images, scale, shift, dtype):
    column = [1, -1, 1, 1]
    numbers = images.to(dtype) * torch.tensor(scale, dtype=dtype).reshape(column)
    return numbers + torch.tensor(shift, dtype=dtype).reshape(column)


LOSSES = {
    "cross-entropy": nn.functional.cross_entropy,
    "squared-error": lambda z, t: 0.5 * (z.softmax(1) - nn.functional.one_hot(t, CLASSES)).square().sum(1).mean(),
}
OPTIMIZERS = {
    "sgd": lambda weights, lr: torch.optim.SGD(weights, lr),
    "sgd momentum=0.9": lambda weights, lr: torch.optim.SGD(weights, lr, momentum=0.9),
    "adam": lambda weights, lr: torch.optim.Adam(weights, lr),
}
RATES = {"sgd": 0.2, "sgd momentum=0.9": 0.05, "adam": 0.005}


def train(case, start, dtype):
    """Losses of each step, and the net."""
    net = build(case["net"]).to(dtype)
    net.load_state_dict(start)
    images, labels = formula(case["samples"], case["net"]["input"], case["maximum"])
    x = standardized(images, case["scale"], case["shift"], dtype)
    optimizer = OPTIMIZERS[case["optimizer"]](net.parameters(), case["lr"])
    losses = []
    while len(losses) < case["steps"]:
        for begin in range(0, case["samples"], case["batchSize"]):
            batch = slice(begin, begin + case["batchSize"])
            loss = LOSSES[case["loss"]](net(x[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if len(losses) == case["steps"]:
                break
    return losses, net


def dense(units):
    return {"type": "dense", "units": units}


DIGIT = {"height": 8, "width": 8, "channels": 1}
NETS = {
    "relu": (DIGIT, [dense(32), {"type": "relu"}, dense(10)]),
    "mixed": (
        DIGIT,
        [dense(24), {"type": "tanh"}, dense(20), {"type": "sigmoid"}]
        + [dense(17), {"type": "leaky-relu", "slope": 0.01}, dense(10)],
    ),
    # Three channels with a scale of their own each: a net that mixed up C, H and W would show.
    "image": ({"height": 6, "width": 5, "channels": 3}, [dense(16), {"type": "relu"}, dense(10)]),
}


def architecture(name):
    shape, layers = NETS[name]
    return {"input": shape, "classes": CLASSES, "layers": layers}


def cases():
    for name in NETS:
        color = architecture(name)["input"]["channels"] == 3
        preprocessing = {
            "scale": [1 / 64, 1 / 128, 1 / 255] if color else [1 / 255],
            "shift": [-1.5, 0.25, -0.5] if color else [0.0],
        }
        for optimizer, rate in RATES.items():
            # Sigmoids pass little on: they want a higher rate. With Adam it would throw the net from kink to kink of its
            # leaky ReLUs, where one rounding error decides the curve: PyTorch itself then strays by 1e-3.
            lr = 3 * rate if name == "mixed" and optimizer != "adam" else rate
            for loss in LOSSES:
                yield {
                    "name": f"{name} {optimizer} {loss}",
                    "start": f"start {name}",
                    "net": architecture(name),
                    # Six steps an epoch, the last of 17 samples.
                    "samples": 177,
                    "maximum": 255,
                    **preprocessing,
                    "batchSize": 32,
                    "steps": 100,
                    "optimizer": optimizer,
                    "lr": lr,
                    "loss": loss,
                }
    # What `heddle train --dataset digits` runs through, given such a data set as a file: three epochs of 29 steps.
    yield {
        "name": "trainer",
        "start": "start relu",
        "net": architecture("relu"),
        "samples": 1437,
        "maximum": 16,
        "scale": [1 / 16],
        "shift": [0.0],
        "batchSize": 50,
        "steps": 87,
        "optimizer": "adam",
        "lr": 0.001,
        "loss": "cross-entropy",
    }


def write(name, numbers):
    made_by = {"madeBy": "make.py", "pytorch": torch.__version__}
    (FOLDER / name).write_text(json.dumps({**made_by, **numbers}, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


def save(tensors, name):
    save_file(tensors, FOLDER / name, metadata={"format": "pt"})
    (FOLDER / name).chmod(0o644)


def make_training():
    starts, tensors, results = {}, {}, []
    for seed, name in enumerate(NETS):
        torch.manual_seed(seed)
        starts[f"start {name}"] = build(architecture(name)).state_dict()
    for case in cases():
        start = starts[case["start"]]
        double, net = train(case, start, DOUBLE)
        single, _ = train(case, start, SINGLE)
        results.append({**case, "f64": double, "f32": single})
        tensors.update({f"{case['name']}/{key}": value for key, value in net.state_dict().items()})
        worst = max(abs(a - b) for a, b in zip(double, single))
        print(f"{case['name']}: loss {double[0]:.4f} to {double[-1]:.4f}, f32 differs by at most {worst:.1e}")
    tensors.update({f"{name}/{key}": value for name, start in starts.items() for key, value in start.items()})
    save(tensors, "training.safetensors")
    write("training.json", {"cases": results})


def make_model():
    shape = {"height": 3, "width": 4, "channels": 3}
    layers = [dense(19), {"type": "tanh"}, dense(9), {"type": "leaky-relu", "slope": 0.01}, dense(10)]
    net = {"input": shape, "classes": CLASSES, "layers": layers}
    torch.manual_seed(7)
    model = build(net)
    with torch.no_grad():
        # Logits as far apart as those of a trained net.
        for weight in model.parameters():
            weight *= 4
        scale, shift = [1 / 64, 1 / 128, 1 / 255], [-1.5, 0.25, -0.5]
        images, _ = formula(40, shape, 255)
        logits = model.to(DOUBLE)(standardized(images, scale, shift, DOUBLE))
        model.to(SINGLE)
    save(model.state_dict(), "model.safetensors")
    write("model.json", {"net": net, "maximum": 255, "scale": scale, "shift": shift, "logits": logits.tolist()})


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    make_training()
    make_model()
