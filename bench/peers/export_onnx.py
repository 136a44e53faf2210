"""Writes the net of a Heddle model file as ONNX, for the race with onnxruntime: python export_onnx.py MODEL OUT.onnx

Dense layers and ReLU, and the softmax that Heddle keeps in the loss. Input x: standardized floats [n, features].
"""
import json
import struct
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save


def read_safetensors(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        numbers = np.frombuffer(data[8 + length + first : 8 + length + last], {"F32": "<f4"}[entry["dtype"]])
        tensors[name] = numbers.reshape(entry["shape"])
    return json.loads(metadata["architecture"]), tensors


def main(model, out):
    architecture, tensors = read_safetensors(model)
    nodes, initializers, value = [], [], "x"
    for i, layer in enumerate(architecture["layers"]):
        inputs, operation, attributes = [value], {"dense": "Gemm", "relu": "Relu"}[layer["type"]], {}
        if operation == "Gemm":
            attributes = {"transB": 1}
            for part in ("weight", "bias"):
                name = f"{i}.{part}"
                initializers.append(numpy_helper.from_array(tensors[name], name))
                inputs.append(name)
        value = f"y{i}"
        nodes.append(helper.make_node(operation, inputs, [value], **attributes))
    nodes.append(helper.make_node("Softmax", [value], ["p"], axis=1))
    features = tensors["0.weight"].shape[1]
    classes = initializers[-1].dims[0]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", features])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, ["n", classes])],
        initializers,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    proto.ir_version = 8
    checker.check_model(proto)
    save(proto, out)


main(*sys.argv[1:])
