"""Makes the golden numbers of whole nets: what PyTorch computes of lenet5, kth-3.2 and small nets of every layer.

    python3 test/golden/make_nets.py           needs torch and numpy, and a built Heddle for the lists of layers
    python3 test/golden/make_nets.py --new     only nets that nets.json lacks; it keeps the others as they are

Writes nets.json beside itself. Samples come from `formula.ts`, weights from `formulaWeights` of `nets.ts`, each written here a
second time; so the file holds no tensor of a large net: of its gradients norms and a few elements. Of a small net it holds
all. Dropout does nothing here. f64 numbers, and what f32 is off from them.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from make import DOUBLE, SINGLE, formula, hash32, standardized
from torch_net import ACTIVATIONS, build

FOLDER = Path(__file__).parent
SAMPLES = 24
# Beyond these many numbers a tensor is told by its norm and so many elements.
WHOLE, ELEMENTS = 100, 12
STEPS, BATCH = 10, 64
RATES = {"sgd momentum=0.9": 0.01, "adam": 0.001}

NETS = {
    "lenet5": (28, 28, 1),
    "kth-3.2": (32, 32, 3),
    "conv 4x3 pad 1 nobias >> bn >> relu >> residual(conv 6x3 pad 1 stride 2 nobias >> bn >> relu >> conv 6x3 pad 1 nobias >> bn, "
    "conv 6x1 stride 2 nobias >> bn) >> relu >> residual(conv 6x3 same >> tanh) >> gap >> flatten >> fc 10": (8, 8, 3),
    "conv 6x3 >> relu >> bn 0.01 0.001 >> pool 2 >> drop 0.5 >> flatten >> fc 12 >> tanh >> bn >> maxout 2 >> fc 10": (7, 8, 2),
    "conv 5x3 same stride 2 >> tanh >> pool 3 same stride 2 >> avgpool 2 stride 1 >> noise 0.1 >> fc 10": (13, 10, 3),
    # Winograd, as kth-3.2.
    "conv 32x3 same stride 2 >> lrelu 0.1 >> conv 32x3 same >> relu >> pool 2 >> conv 32x3 same >> flatten >> fc 10": (15, 16, 1),
    "conv 5x3 nobias >> bn noscale >> relu >> conv 6x3 nobias >> bn noshift >> pool 2 >> bn 0.2 0.001 noscale noshift >> flatten >> fc 10": (9, 8, 2),
    # The functions that none of these has, below and above what they touch.
    **{
        f"conv 4x3 same >> {name} >> pool 2 >> bn >> {name} >> flatten >> fc 6 >> {name} >> fc 10": (6, 6, 2)
        for name in ACTIVATIONS
        if name not in ("relu", "leaky-relu", "tanh", "sigmoid")
    },
    # Depthwise, and in groups of several channels and filters.
    "conv 8x3 same >> tanh >> gconv 8x3 8 same nobias >> bn >> tanh >> gconv 12x3 4 stride 2 >> tanh >> flatten >> fc 10": (8, 7, 2),
}
TRAINED = ["lenet5", "kth-3.2"]


def layers(model, shape):
    """The net's architecture, from Heddle."""
    height, width, channels = shape
    code = (
        'import { buildNet } from "./dist/src/zoo/index.js";'
        f"const input = {{ height: {height}, width: {width}, channels: {channels} }};"
        f"console.log(JSON.stringify(buildNet({json.dumps(model)}, {{ input, classes: 10 }})));"
    )
    command = ["node", "--input-type=module", "--eval", code]
    return json.loads(subprocess.run(command, cwd=FOLDER.parents[1], stdout=subprocess.PIPE, check=True).stdout)


def start(net):
    """`formulaWeights` of nets.ts, in the order of the tensors."""
    state, tensor = {}, 0
    for name, value in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        numbers = hash32(0x30000000 + tensor * 0x100000 + np.arange(value.numel())) >> 8
        unit = torch.from_numpy(numbers.astype(np.float64)).reshape(value.shape) * 2**-23 - 1
        weight = value.dim() > 1
        power = int(np.floor(np.log2(3 / value[0].numel()) / 2 + 0.5)) if weight else -3
        middle = 0 if weight or name.endswith((".bias", "mean")) else 1
        state[name] = middle + (unit.abs() if "running" in name else unit) * 2.0**power
        tensor += 1
    return state


def standard(case, samples, dtype):
    images, labels = formula(samples, case["net"]["input"], 255)
    return standardized(images, case["scale"], case["shift"], dtype), labels


def told(tensor):
    numbers = tensor.double().flatten()
    if len(numbers) <= WHOLE:
        return {"values": numbers.tolist()}
    places = [int(i) for i in np.linspace(0, len(numbers) - 1, ELEMENTS)]
    return {"norm": numbers.norm().item(), "places": places, "values": numbers[places].tolist()}


def one_step(case, dtype):
    net = build(case["net"])
    net.load_state_dict(start(net))
    net.to(dtype)
    x, labels = standard(case, SAMPLES, dtype)
    with torch.no_grad():
        scored = net.eval()(x).softmax(1)
    logits = net.train()(x)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    tensors = {name: weight.grad for name, weight in net.named_parameters()}
    tensors.update({name: value for name, value in net.named_buffers() if "running" in name})
    return {"loss": loss.item(), "logits": told(logits), "probabilities": told(scored)}, tensors


def train(case, optimizer, dtype):
    net = build(case["net"])
    net.load_state_dict(start(net))
    net.to(dtype)
    x, labels = standard(case, 2 * BATCH, dtype)
    make = {"sgd momentum=0.9": lambda w, lr: torch.optim.SGD(w, lr, momentum=0.9), "adam": torch.optim.Adam}[optimizer]
    steps = make(net.parameters(), lr=RATES[optimizer])
    losses = []
    for step in range(STEPS):
        batch = slice(step % 2 * BATCH, step % 2 * BATCH + BATCH)
        loss = torch.nn.functional.cross_entropy(net(x[batch]), labels[batch])
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    return losses, {name: weight.detach() for name, weight in net.named_parameters()}


def apart(single, double):
    return max((single[name].double() - double[name]).abs().max().item() for name in double)


def main():
    path = FOLDER / "nets.json"
    stored = json.loads(path.read_text()) if "--new" in sys.argv else {"cases": []}
    cases = stored["cases"]
    known = [case["name"] for case in cases]
    for model, shape in NETS.items():
        if model in known:
            continue
        channels = shape[2]
        case = {
            "name": model,
            "net": layers(model, shape),
            "scale": [1 / (64 + 16 * channel) for channel in range(channels)],
            "shift": [0.25 * channel - 1.75 for channel in range(channels)],
        }
        numbers, tensors = one_step(case, DOUBLE)
        _, single = one_step(case, SINGLE)
        case.update(samples=SAMPLES, **numbers, tensors={name: told(tensor) for name, tensor in tensors.items()})
        print(f"{model}: loss {numbers['loss']:.4f}, gradients in f32 are off by {apart(single, tensors):.1e}")
        if model in TRAINED:
            case["training"] = []
            for optimizer, lr in RATES.items():
                (losses, weights), (rounded, narrow) = train(case, optimizer, DOUBLE), train(case, optimizer, SINGLE)
                worst = max(abs(a - b) for a, b in zip(losses, rounded))
                print(f"  {optimizer}: {losses[0]:.4f} to {losses[-1]:.4f}, f32 off by {worst:.1e}, weights {apart(narrow, weights):.1e}")
                ends = {name: told(weight) for name, weight in weights.items()}
                settings = {"optimizer": optimizer, "lr": lr, "batchSize": BATCH, "samples": 2 * BATCH}
                case["training"].append({**settings, "losses": losses, "weights": ends, "f32": [worst, apart(narrow, weights)]})
        cases.append(case)
    versions = sorted({stored.get("pytorch"), torch.__version__} - {None})
    made_by = {"madeBy": "make_nets.py", "pytorch": ", ".join(versions)}
    text = json.dumps({**made_by, "cases": cases}, separators=(",", ":")).replace('{"name"', '\n{"name"')
    path.write_text(text + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    main()
