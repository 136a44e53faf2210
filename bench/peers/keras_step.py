"""Times training steps in Keras on TensorFlow, on request, as torch_step.py does in PyTorch.

Two ways are timed, and the faster counts: `fit` over a few batches in memory, and `train_on_batch` of one.
"""
import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
import tensorflow
from keras import layers


def pair(size):
    return (size, size) if isinstance(size, int) else tuple(size)


def padding_of(padding, size, stride):
    if padding in ("valid", "same"):
        return padding
    # Keras has words alone.
    if stride == (1, 1) and all(2 * side + 1 == of for side, of in zip(pair(padding), size)):
        return "same"
    raise ValueError(f"padding of {padding}")


def layer_of(spec):
    kind = spec["type"]
    if kind == "dense":
        return layers.Dense(spec["units"])
    if kind == "conv2d":
        size, stride = pair(spec["kernel"]), pair(spec.get("stride", 1))
        padding = padding_of(spec.get("padding", "valid"), size, stride)
        return layers.Conv2D(spec["filters"], size, stride, padding, use_bias=spec.get("bias", True))
    if kind in ("max-pool", "average-pool"):
        pool = layers.MaxPooling2D if kind == "max-pool" else layers.AveragePooling2D
        return pool(pair(spec["size"]), pair(spec.get("stride", spec["size"])), spec.get("padding", "valid"))
    if kind == "batch-norm":
        return layers.BatchNormalization(momentum=1 - spec["momentum"], epsilon=spec["epsilon"])
    return {
        "relu": lambda: layers.ReLU(),
        "leaky-relu": lambda: layers.LeakyReLU(negative_slope=spec["slope"]),
        "tanh": lambda: layers.Activation("tanh"),
        "dropout": lambda: layers.Dropout(spec["rate"]),
        "flatten": lambda: layers.Flatten(),
        "global-average-pool": lambda: layers.GlobalAveragePooling2D(),
    }[kind]()


def build(specs, shape):
    model = keras.Sequential([keras.Input(shape)])
    for spec in specs:
        # Heddle's dense layers take the image itself as a vector.
        if spec["type"] == "dense" and not (model.layers and len(model.output_shape) == 2):
            model.add(layers.Flatten())
        model.add(layer_of(spec))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    return model


def best_of(seconds, run):
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 4:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    return 1e3 * times[0], 1e3 * times[len(times) // 2]


def measure(specs, shape, batch, seconds):
    channels, height, width = shape
    model = build(specs, (height, width, channels))
    steps = max(4, min(100, 50_000 // (batch * height * width * channels // 64 + 1)))
    images = numpy.random.randn(batch * steps, height, width, channels).astype("float32")
    labels = numpy.random.randint(0, 10, batch * steps)

    def fit():
        model.fit(images, labels, batch_size=batch, epochs=1, verbose=0)

    def one():
        model.train_on_batch(images[:batch], labels[:batch])

    fit()
    for _ in range(3):
        one()
    single = best_of(seconds / 2, one)
    many = tuple(ms / steps for ms in best_of(seconds / 2, fit))
    best, median = min(single, many)
    return {"best": best, "median": median}


def main():
    print(json.dumps({"version": tensorflow.__version__}), flush=True)
    threads = None
    for line in sys.stdin:
        ask = json.loads(line)
        # Once only: TensorFlow has its threads from its first operation on.
        if threads is None:
            threads = ask["threads"]
            tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
            tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
        keras.utils.set_random_seed(0)
        print(json.dumps(measure(ask["layers"], ask["shape"], ask["batch"], ask["seconds"])), flush=True)
        keras.utils.clear_session()


if __name__ == "__main__":
    main()
