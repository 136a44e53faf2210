"""Holds windows of every size, stride and padding to Heddle's answer, in onnxruntime and in OpenVINO; and class names read back.

`python test/judges/windows.py FOLDER` after `node test/judges/windows.mjs FOLDER`. Exits 1 where a runtime refuses a model or
is further off than 1e-5 of the image's largest logit. Its output on the machine that made it is windows.txt.
"""
import collections
import json
import sys
from pathlib import Path

import numpy
import onnxruntime
import openvino

folder = Path(sys.argv[1])
known = json.loads((folder / "cases.json").read_text())
core = openvino.Core()
print(f"onnxruntime {onnxruntime.__version__}, OpenVINO {openvino.__version__}")


def by_onnxruntime(path, images):
    return onnxruntime.InferenceSession(path).run(["logits"], {"images": images})[0]


def by_openvino(path, images):
    # Without the hint it takes bfloat16 by itself where the processor has it.
    return core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(images)["logits"]


bad = False
for runtime, run in (("onnxruntime", by_onnxruntime), ("OpenVINO", by_openvino)):
    counts, most = collections.Counter(), 0.0
    for case in known["cases"]:
        images = numpy.fromfile(folder / f"{case['name']}.images.f32", "float32").reshape(case["shape"])
        wanted = numpy.fromfile(folder / f"{case['name']}.logits.f32", "float32").reshape(len(images), -1)
        try:
            got = run(str(folder / f"{case['name']}.onnx"), images)
            off = (abs(got - wanted).max(axis=1) / abs(wanted).max(axis=1)).max()
        except Exception as error:  # a refused model is a finding like any other
            print(f"{runtime}: {case['layer']} on {case['shape']}: {str(error).splitlines()[0]}")
            off = numpy.inf
        if not off < 1e-5:
            bad = True
            print(f"{runtime}: {case['layer']} on {case['shape']}: off by {off:.1e}")
        counts[case["layer"]["type"]] += 1
        most = max(most, off)
    print(f"{runtime}: {dict(counts)}, off by {most:.1e} at most (allowed 1e-05)")

meta = onnxruntime.InferenceSession(str(folder / "names.onnx")).get_modelmeta().custom_metadata_map
same = json.loads(meta["classNames"]) == known["classNames"]
print(f"onnxruntime: class names {meta['classNames']}: {'as given' if same else 'OTHERS'}")
sys.exit(bad or not same)
