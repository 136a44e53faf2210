"""
python judge.py IMAGES LABELS: accuracy as exact matches, and the wall time of one call over all images. Reading, loading and a
first call that warms up are outside of that time and stand beside it.
"""
import argparse
import json
import time

parser = argparse.ArgumentParser()
parser.add_argument("images", help=".npy or IDX")
parser.add_argument("labels", help=".npy or IDX")
parser.add_argument("--threads", type=int, default=0, help="0: as many as onnxruntime takes")
parser.add_argument("--json", action="store_true")
given = parser.parse_args()

loading = time.perf_counter()
import numpy  # noqa: E402: loading is timed
from net import Net, read_array  # noqa: E402

net = Net(given.threads)
loaded = time.perf_counter()
images = net.images_of(given.images)
labels = read_array(given.labels).reshape(-1)
if len(labels) != len(images):
    parser.error(f"{given.labels}: expected {len(images)} labels, got {len(labels)}")
if len(images) == 0:
    parser.error(f"{given.images}: expected at least one image")
if not numpy.isin(labels, numpy.arange(len(net.class_names))).all():
    parser.error(f"{given.labels}: expected labels 0..{len(net.class_names) - 1}")
warming = time.perf_counter()
net.classes(images[:512])
start = time.perf_counter()
classes = net.classes(images)
seconds = time.perf_counter() - start

right = int((classes == labels).sum())
result = {
    "images": len(images),
    "accuracy": right / len(images),
    "errors": len(images) - right,
    "seconds": seconds,
    "loadSeconds": loaded - loading,
    "warmUpSeconds": start - warming,
    "backend": "onnxruntime",
    "threads": given.threads,
}
if given.json:
    print(json.dumps(result))
else:
    print(f"accuracy         {result['accuracy']:.4f} ({right} of {len(images)})")
    print(f"prediction time  {seconds:.3g} s, one call over all images ({len(images) / seconds:.0f} images/s)")
    print(f"outside of it    loading {result['loadSeconds']:.2g} s, warm-up {result['warmUpSeconds']:.2g} s")
