"""The net of this folder by onnxruntime: the same graph, with the preprocessing inside, so that raw pixel values go in."""
import gzip
import json
import os
import re
import sys

import numpy
import onnxruntime

FOLDER = os.path.dirname(os.path.abspath(__file__))
# Images that go through the net at a time.
BATCH = 256


class Net:
    def __init__(self, threads=0):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        path = os.path.join(FOLDER, "model.onnx")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.class_names = json.loads(metadata["classNames"])
        self.range = json.loads(metadata["range"])
        self.channels, self.height, self.width = self.session.get_inputs()[0].shape[1:]

    def probabilities(self, images):
        """images: uint8 [N, height, width, channels] of raw values. Gives float32 [N, classes]."""
        first_last = images.transpose(0, 3, 1, 2)
        parts = [first_last[i : i + BATCH].astype(numpy.float32) for i in range(0, max(1, len(images)), BATCH)]
        return numpy.concatenate([self.session.run(["probabilities"], {"images": part})[0] for part in parts])

    def classes(self, images):
        return self.probabilities(images).argmax(axis=1)

    def images_of(self, path):
        """The images of a .npy or IDX file in the shape that the net wants."""
        array = read_array(path)
        shape = (self.height, self.width, self.channels)
        if array.shape[1:] == (self.channels, self.height, self.width) and array.shape[1:] != shape:
            array = array.transpose(0, 2, 3, 1)
        elif self.channels == 1 and array.shape[1:] in ((self.height, self.width), (self.height * self.width,)):
            array = array.reshape((-1, *shape))
        if array.shape[1:] != shape:
            sys.exit(f"error: {path}: expected shape (N, {', '.join(map(str, shape))}), got {array.shape}")
        if array.dtype.kind == "b" or (array.dtype.kind == "f" and array.max(initial=0) <= 1):
            array = array * 255.0
        low, high = self.range
        whole = numpy.floor(array + 0.5)
        if not (numpy.isfinite(whole).all() and whole.min(initial=low) >= low and whole.max(initial=low) <= high):
            sys.exit(f"error: {path}: expected pixel values {low}..{high}")
        return whole.astype(numpy.uint8)


def read_array(path):
    try:
        array = read_numbers(path)
    except (OSError, ValueError, EOFError) as error:
        sys.exit(f"error: {path}: {str(error).splitlines()[0]}")
    if array.dtype.kind not in "biuf":
        sys.exit(f"error: {path}: expected numbers, got {array.dtype}")
    return array


def read_numbers(path):
    if path.endswith(".npy"):
        return numpy.load(path)
    if not re.search(r"idx\d-ubyte(\.gz)?$", path):
        sys.exit(f"error: {path}: expected a .npy file, or IDX as MNIST has it")
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * len(shape)).reshape(shape)
