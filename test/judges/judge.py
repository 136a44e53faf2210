"""Holds exported models to what Heddle answered. `python test/judges/judge.py FOLDER...` after answers.mjs wrote the folders.

Wants onnxruntime, numpy and onnx; OpenVINO is asked too where it is installed. Exits 1 where a model is further off than
it may be. Its output on the machine that made it is judge.txt.
"""
import json
import platform
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime

print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, Python {platform.python_version()}")
runtimes = {}


def with_onnxruntime(path):
    session = onnxruntime.InferenceSession(path)
    return lambda images: session.run(["logits"], {"images": images})[0]


runtimes["onnxruntime"] = with_onnxruntime
try:
    import openvino

    def with_openvino(path):
        # Without the hint it takes bfloat16 by itself where the processor has it.
        model = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        return lambda images: model(images)["logits"]

    runtimes["OpenVINO"] = with_openvino
    print("OpenVINO", openvino.__version__)
except ImportError:
    print("OpenVINO: not installed")

bad = False
for folder in map(Path, sys.argv[1:]):
    path = str(folder / "model.onnx")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    meta = {entry.key: entry.value for entry in model.metadata_props}
    layers = len(json.loads(meta["architecture"])["layers"])
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim[1:]]
    images = numpy.fromfile(folder / "images.f32", "float32").reshape(-1, *shape)
    wanted = numpy.fromfile(folder / "logits.f32", "float32").reshape(len(images), -1)
    for name, open_model in runtimes.items():
        run = open_model(path)
        got = numpy.concatenate([run(images[i : i + 250]) for i in range(0, len(images), 250)])
        off = (abs(got - wanted).max(axis=1) / abs(wanted).max(axis=1)).max()
        best = numpy.sort(wanted, axis=1)
        clear = best[:, -1] - best[:, -2] > 1e-4
        other = (got.argmax(axis=1) != wanted.argmax(axis=1)) & clear
        most = 3e-5 if layers > 10 else 1e-5
        good = off < most and not other.any()
        bad = bad or not good
        print(
            f"{folder.name}: {name}: {len(images)} images, logits differ by {off:.1e} of the largest (allowed {most:.0e}), "
            f"{other.sum()} other classes: {'good' if good else 'BAD'}"
        )
sys.exit(bad)
