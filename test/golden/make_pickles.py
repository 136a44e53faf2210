"""Writes pickles.json: what Python makes of a few things in every protocol, for test/data/pickle.test.ts. Needs numpy."""

import base64
import collections
import json
import pickle

import numpy

x = numpy.arange(24, dtype=numpy.uint8).reshape(4, 2, 3)

VALUES = {
    "plain": [None, True, False, 0, 1, 255, 256, 65536, -1, 2**31, -(2**31), 2**40, -(2**62), 1.5, -0.25, 1e300],
    "texts": ["", "a", "it's", 'say "hi"', "line\nend", "back\\slash", "ä", "漢字", "\U0001f600", "x" * 300],
    "bytes": [b"", b"abc", bytes(range(256)), bytearray(b"\x00\xff")],
    "nested": {"list": [1, [2, [3]]], "tuple": (1, (2, 3), (), (4, 5, 6, 7)), "dict": {"a": {"b": 1}}, 7: "seven"},
    "shared": [[1, 2]] * 3,
    "long": list(range(1100)),
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    "sets": [{1}, frozenset([2])],
    "array": x,
    "fortran": numpy.asfortranarray(x),
    "types": {str(t): numpy.arange(6, dtype=t).reshape(2, 3) for t in ("i1", "i2", ">i4", "<i8", "u2", "f4", ">f8")},
    "scalars": [numpy.int64(3), numpy.float32(0.5), numpy.uint8(7), numpy.bool_(True)],
    "words": numpy.array(["ant", "bee"]),
    "empty": numpy.zeros((0, 3), dtype=numpy.uint8),
    "set": {"x_train": x, "y_train": [0, 1, 0, 1], "x_test": x[:2], "y_test": numpy.array([1, 0])},
}


def plain(value):
    """The same as JSON has it: arrays as their shapes and numbers, bytes as lists of numbers."""
    if isinstance(value, numpy.ndarray):
        return {"shape": list(value.shape), "values": value.ravel().tolist()}
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": list(value)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return {"big": str(value)} if type(value) is int and abs(value) > 2**53 else value


cases = [
    {
        "name": f"{name}, protocol {protocol}",
        "pickle": base64.b64encode(pickle.dumps(value, protocol)).decode(),
        "value": plain(value),
    }
    for name, value in VALUES.items()
    for protocol in range(6)
]
with open(__file__.replace("make_pickles.py", "pickles.json"), "w") as file:
    json.dump({"numpy": numpy.__version__, "cases": cases}, file, indent=1)
    file.write("\n")
