"""Makes the ONNX files in files/ as writers other than this crate make them, with what onnxruntime answers beside them.

Run: python make.py. Needs numpy, onnx and onnxruntime; made with onnx 1.23.2 and onnxruntime 1.32.0.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(7)
FOLDER = Path(__file__).parent / "files"
FOLDER.mkdir(exist_ok=True)


def f32(*shape):
    return random.normal(0, 0.6, shape).astype("float32")


def save(name, nodes, inputs, outputs, constants, opset, ir=8, typed=(), known=()):
    """Constants named in `typed` have their numbers in typed fields, the others raw ones; `known` are values whose shape ONNX
    cannot work out."""

    def tensor(key, value):
        kind = helper.np_dtype_to_tensor_dtype(value.dtype)
        return (
            helper.make_tensor(key, kind, value.shape, value.flatten().tolist())
            if key in typed
            else numpy_helper.from_array(value, key)
        )

    infos = [helper.make_tensor_value_info(n, kind, shape) for n, kind, shape, _ in inputs]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs]
    graph = helper.make_graph(nodes, name, infos, ends, [tensor(k, v) for k, v in constants.items()])
    graph.value_info.extend(helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in known)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, FOLDER / f"{name}.onnx")
    session = onnxruntime.InferenceSession(FOLDER / f"{name}.onnx", providers=["CPUExecutionProvider"])
    x = {n: value for n, _, _, value in inputs}
    y = session.run(None, x)
    show = lambda a: {"shape": list(a.shape), "data": [float(v) for v in a.flatten()]}
    told = {"x": [show(v) for v in x.values()], "y": [show(v) for v in y]}
    (FOLDER / f"{name}.json").write_text(json.dumps(told))


def node(op, inputs, outputs, **attributes):
    name = attributes.pop("name", None)
    return helper.make_node(op, inputs, outputs if isinstance(outputs, list) else [outputs], name, **attributes)


def x(*shape, rows=3, batch="N", name="x"):
    return [(name, TensorProto.FLOAT, [batch, *shape], f32(rows, *shape))]


# PyTorch's way with linear layers: Gemm with a turned kernel, names as paths, and dropout left in.
save(
    "gemm",
    [
        node("Gemm", ["x", "fc1.weight", "fc1.bias"], "/fc1/Gemm_output_0", transB=1, alpha=1.0, beta=1.0, name="/fc1/Gemm"),
        node("Relu", ["/fc1/Gemm_output_0"], "a", name="/act/Relu"),
        node("Dropout", ["a", "ratio"], ["d"], name="/drop/Dropout"),
        node("Gemm", ["d", "fc2.weight", "fc2.bias"], "g", alpha=0.5, beta=2.0, name="/fc2/Gemm"),
        node("Gemm", ["g", "fc3.weight"], "y", name="/fc3/Gemm"),
    ],
    x(5),
    ["y"],
    {
        "fc1.weight": f32(6, 5),
        "fc1.bias": f32(6),
        "ratio": np.float32(0.25),
        "fc2.weight": f32(6, 4),
        "fc2.bias": f32(1),
        "fc3.weight": f32(4, 2),
    },
    13,
    typed=["fc1.weight", "fc2.bias"],
)

# TensorFlow's way: MatMul and Add, constants as nodes, nodes in paths, reshapes with −1.
bias = numpy_helper.from_array(f32(4), "")
save(
    "matmul",
    [
        node("Reshape", ["x", "shape"], "flat", name="model/flatten/Reshape"),
        node("MatMul", ["flat", "kernel"], "m", name="model/dense/MatMul"),
        node("Constant", [], "bias", value=bias),
        node("Add", ["bias", "m"], "b", name="model/dense/BiasAdd"),
        node("Sigmoid", ["b"], "s"),
        node("Mul", ["b", "s"], "swish"),
        node("Softmax", ["swish"], "y"),
        node("Transpose", ["x"], "turned", perm=[0, 2, 1]),
        node("MatMul", ["turned", "other"], "z"),
    ],
    x(2, 3),
    ["y", "z"],
    {"shape": np.array([-1, 6], "int64"), "kernel": f32(6, 4), "other": f32(2, 3)},
    17,
)

# An old file: attributes where inputs are now, spatial batch normalisation, a softmax of opset 9, a fixed batch of 1.
save(
    "old",
    [
        node("BatchNormalization", ["x", "scale", "offset", "mean", "variance"], "n", epsilon=1e-4, momentum=0.8),
        node("Clip", ["n"], "c", min=0.0, max=1.5),
        node("Flatten", ["c"], "f"),
        node("Unsqueeze", ["f"], "u", axes=[2]),
        node("Squeeze", ["u"], "s", axes=[-1]),
        node("Dropout", ["s"], "d", ratio=0.5),
        node("Reshape", ["d", "shape"], "r"),
        node("LogSoftmax", ["r"], "y", axis=-1),
    ],
    x(3, 2, 2, rows=1, batch=1),
    ["y"],
    {
        "scale": f32(3),
        "offset": f32(3),
        "mean": f32(3),
        "variance": np.abs(f32(3)) + np.float32(0.1),
        "shape": np.array([1, 4, -1], "int64"),
    },
    9,
    ir=4,
    typed=["shape", "mean"],
)

# Every pointwise operator, added up.
pointwise = [
    ("Relu", {}), ("LeakyRelu", {}), ("LeakyRelu", {"alpha": 0.3}), ("Elu", {"alpha": 0.7}), ("Selu", {}),
    ("Selu", {"alpha": 1.2, "gamma": 0.9}), ("Celu", {"alpha": 2.0}), ("Gelu", {}), ("Gelu", {"approximate": "tanh"}),
    ("HardSigmoid", {}), ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}), ("Mish", {}), ("Softplus", {}),
    ("Softsign", {}), ("Sigmoid", {}), ("Tanh", {}), ("Exp", {}), ("Softmax", {"axis": 1}), ("LogSoftmax", {"axis": -2}),
    ("ThresholdedRelu", {"alpha": 0.4}), ("Identity", {}),
]  # fmt: skip
save(
    "pointwise",
    [node(op, ["x"], f"v{i}", **attributes) for i, (op, attributes) in enumerate(pointwise)]
    + [
        node("PRelu", ["x", "slope"], "p"),
        node("Max", ["x", "nothing"], "r"),
        node("Clip", ["x", "nothing"], "q"),
        node("Sum", [*[f"v{i}" for i in range(len(pointwise))], "p", "r", "q"], "y"),
    ],
    x(4, 3),
    ["y"],
    {"slope": f32(4, 1), "nothing": np.float32(0)},
    20,
    ir=9,
)

# Arithmetic with constants of many shapes, on either side.
constants = {
    "one": np.float32(0.75), "last": f32(4), "channels": f32(2, 1, 1), "rows": f32(1, 1, 3, 1), "plane": f32(2, 1, 4),
    "whole": f32(2, 3, 4), "half": f32(4).astype("float16"), "double": f32(3, 4).astype("float64"),
}  # fmt: skip
chain = [
    ("Add", "x", "last"), ("Mul", 0, "channels"), ("Sub", "plane", 1), ("Div", 2, "one"), ("Add", 3, "whole"),
    ("Sub", 4, "rows"), ("Mul", "last", 5), ("Add", "channels", 6), ("Mul", 7, "halves"), ("Sub", 8, "doubles"),
]  # fmt: skip
value = lambda v: f"v{v}" if isinstance(v, int) else v
save(
    "arithmetic",
    [
        node("Cast", ["half"], "halves", to=TensorProto.FLOAT),
        node("Cast", ["double"], "doubles", to=TensorProto.FLOAT),
        *[node(op, [value(a), value(b)], f"v{i}") for i, (op, a, b) in enumerate(chain)],
        node("Identity", [f"v{len(chain) - 1}"], "y"),
    ],
    x(2, 3, 4),
    ["y"],
    constants,
    18,
    typed=["half"],
)

# Normalisations, with the root-mean-square one as Llama's exporters write it.
save(
    "norms",
    [
        node("LayerNormalization", ["x", "g", "b"], "a", axis=-1, epsilon=1e-6, name="/ln1/LayerNormalization"),
        node("LayerNormalization", ["a", "gg"], "c", axis=1),
        node("InstanceNormalization", ["c", "s4", "b4"], "d"),
        node("GroupNormalization", ["d", "s4", "b4"], "e", num_groups=2),
        node("Pow", ["e", "two"], "sq"),
        node("ReduceMean", ["sq", "axes"], "mean"),
        node("Add", ["eps", "mean"], "raised"),
        node("Sqrt", ["raised"], "root"),
        node("Div", ["e", "root"], "unscaled"),
        node("Mul", ["g", "unscaled"], "y", name="/norm/Mul"),
    ],
    x(4, 3),
    ["y"],
    {
        "g": f32(3), "b": f32(3), "gg": f32(4, 3), "s4": f32(4), "b4": f32(4), "two": np.float32(2),
        "axes": np.array([-1], "int64"), "eps": np.float32(1e-6),
    },
    21,
    ir=10,
    known=[("e", ["N", 4, 3])],
)  # fmt: skip

# The operator of opset 23.
save(
    "rms",
    [node("RMSNormalization", ["x", "g"], "y", axis=-1, epsilon=1e-6)],
    x(4, 3),
    ["y"],
    {"g": f32(3)},
    23,
    ir=11,
)

# Integers as inputs, an embedding, several inputs and outputs.
save(
    "words",
    [
        node("Gather", ["table", "ids"], "e"),
        node("Cast", ["more"], "whole", to=TensorProto.INT32),
        node("Gather", ["table", "whole"], "m"),
        node("Concat", ["e", "m"], "both", axis=1),
        node("Mean", ["both", "x"], "y"),
        node("Min", ["both", "x"], "z"),
    ],
    [
        ("ids", TensorProto.INT64, ["N", 2], random.integers(0, 7, (3, 2))),
        ("more", TensorProto.FLOAT, ["N", 1], np.array([[6.0], [0.0], [3.0]], "float32")),
        *x(3, 5),
    ],
    ["y", "z"],
    {"table": f32(7, 5)},
    18,
)
