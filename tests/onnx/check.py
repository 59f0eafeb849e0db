"""Checks the files that the tests in this folder write: python check.py FOLDER [FOLDER ...]

onnx.checker passes each, with shapes worked out, and onnxruntime gives what is expected: at most 1e-5 away, by the size of
the largest number. FOLDER holds NAME.onnx beside NAME.json, {"x": [arrays], "y": [arrays]}, an array being
{"shape": [...], "data": [...]}. Needs numpy, onnx and onnxruntime; tried with onnx 1.23.2 and onnxruntime 1.32.0.
"""

import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime


def arrays(given, kinds=None):
    kinds = kinds or ["tensor(float)"] * len(given)
    types = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(double)": "float64"}
    return [numpy.array(a["data"], types[k]).reshape(a["shape"]) for a, k in zip(given, kinds, strict=True)]


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    told = json.loads(path.with_suffix(".json").read_text())
    inputs = session.get_inputs()
    x = {i.name: a for i, a in zip(inputs, arrays(told["x"], [i.type for i in inputs]), strict=True)}
    farthest = 0.0
    for want, got in zip(arrays(told["y"]), session.run(None, x), strict=True):
        assert want.shape == got.shape, f"{path.name}: {want.shape} expected, {got.shape} given"
        far = abs(want - got).max() / max(1.0, abs(want).max())
        assert far <= 1e-5, f"{path.name}: {far} away"
        farthest = max(farthest, far)
    return farthest


paths = [path for folder in sys.argv[1:] for path in sorted(Path(folder).glob("*.onnx"))]
assert paths, "no files: run the tests first"
distances = {path.name: check(path) for path in paths}
worst = max(distances, key=distances.get)
print(f"{len(paths)} files pass; the farthest is {worst}, {distances[worst]:.1e} away")
