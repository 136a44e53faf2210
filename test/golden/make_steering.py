"""Makes steering.json: what PyTorch makes of twelve steps under --clip-value, --clip-norm, --max-norm and --ema, in double.

    python3 test/golden/make_steering.py       needs torch and numpy, and a built Heddle for the list of layers

Samples, weights and layers as in make_nets.py. Clipping is torch.nn.utils, max-norm torch.renorm of each row after the step,
the average torch.optim.swa_utils.AveragedModel with the share (1 - d) / (1 - d^t) at update t, which debiases it; batch norm's
statistics are averaged as weights are. PyTorch's renorm and clipping divide by norm + 1e-7 and norm + 1e-6.
"""

import json

import torch
from torch.optim.swa_utils import AveragedModel

from make_nets import DOUBLE, FOLDER, layers, standard, start
from torch_net import build

MODEL, SHAPE = "conv 4x3 same nobias >> bn >> tanh >> gconv 4x3 4 >> tanh >> flatten >> fc 9 >> tanh >> fc 10", (6, 6, 2)
BATCH, SAMPLES, STEPS, RATE = 16, 48, 12, 0.1
CASES = [
    {"clipValue": 0.02},
    {"clipNorm": 0.3},
    {"clipValue": 0.05, "clipNorm": 0.3},
    {"maxNorm": 0.8},
    {"ema": 0.9},
    {"clipNorm": 0.3, "maxNorm": 0.8, "ema": 0.9},
]


def run(case, settings):
    net = build(case["net"])
    net.load_state_dict(start(net))
    net.to(DOUBLE)
    x, labels = standard(case, SAMPLES, DOUBLE)
    optimizer = torch.optim.SGD(net.parameters(), RATE, momentum=0.9)
    decay = settings.get("ema")

    def average(old, new, before):
        t = float(before) + 1
        return old + (1 - decay) / (1 - decay**t) * (new - old)

    averaged = AveragedModel(net, avg_fn=average, use_buffers=True) if decay else None
    norms = []
    for step in range(STEPS):
        batch = slice(step * BATCH % SAMPLES, step * BATCH % SAMPLES + BATCH)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x[batch]), labels[batch]).backward()
        if "clipValue" in settings:
            torch.nn.utils.clip_grad_value_(net.parameters(), settings["clipValue"])
        if "clipNorm" in settings:
            norms.append(torch.nn.utils.clip_grad_norm_(net.parameters(), settings["clipNorm"]).item())
        optimizer.step()
        if "maxNorm" in settings:
            for weight in net.parameters():
                if weight.dim() > 1:
                    weight.data = torch.renorm(weight.data.flatten(1), 2, 0, settings["maxNorm"]).reshape(weight.shape)
        if averaged:
            averaged.update_parameters(net)
    tensors = (averaged.module if averaged else net).state_dict()
    told = {name: value.flatten().tolist() for name, value in tensors.items() if "num_batches" not in name}
    return {**settings, "norms": norms, "tensors": told}


def main():
    case = {"net": layers(MODEL, SHAPE), "scale": [1 / 64, 1 / 80], "shift": [-1.75, -1.5]}
    cases = [run(case, settings) for settings in CASES]
    sizes = {"batchSize": BATCH, "samples": SAMPLES, "steps": STEPS, "lr": RATE}
    made_by = {"madeBy": "make_steering.py", "pytorch": torch.__version__}
    text = json.dumps({**made_by, **case, **sizes, "cases": cases}, separators=(",", ":")).replace('{"clip', '\n{"clip')
    (FOLDER / "steering.json").write_text(text + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
