"""What the libraries of the other formats say to wgrad's files: onnx, onnxruntime, safetensors, h5py."""

import io
import json
import zipfile

import h5py
import numpy as np
import onnx
import onnxruntime
import safetensors.numpy


def check_onnx(work):
    """The checker accepts it, and the runtime computes it."""
    onnx.checker.check_model(work / "model.onnx", full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(work / "model.onnx", options, providers=["CPUExecutionProvider"])
    about, like = work.get_json("x.json"), work.get_json("predicted_.json")
    given, wanted = session.get_inputs(), [o.name for o in session.get_outputs()]
    names = about["keys"] or [i.name for i in given]
    types = {i.name: np.int32 if i.type == "tensor(int32)" else np.int64 if i.type == "tensor(int64)" else np.float32 for i in given}
    feed = {n: a.astype(types[n]) for n, a in zip(names, work.tensors("x"))}
    got = dict(zip(wanted, session.run(wanted, feed)))
    ordered = [got[k] for k in like["keys"]] if like["keys"] else list(got.values())
    work.put_tensors("onnx_ran_", ordered)


def check_hub(work):
    """A folder as on the Hugging Face hub, and back, with every bit of every weight."""
    tensors = safetensors.numpy.load_file(work / "hub/model.safetensors")
    with open(work / "hub/config.json") as f:
        assert isinstance(json.load(f), dict)
    with open(work / "hub/README.md") as f:
        assert f.read().startswith("---\n"), "the model card has no header"
    before, after = stored(work / "model.keras"), stored(work / "from_hub.keras")
    assert set(before) == set(after), f"{sorted(set(before) ^ set(after))[:4]} in one of the two only"
    for name, array in before.items():
        assert array.dtype == after[name].dtype and array.tobytes() == after[name].tobytes(), f"{name} has changed"
    held = sorted(a.tobytes() for a in tensors.values() if np.issubdtype(a.dtype, np.floating))
    kept = sorted(a.tobytes() for a in before.values() if np.issubdtype(a.dtype, np.floating))
    assert set(kept) <= set(held), "a weight is not in model.safetensors"


def stored(path):
    """The layers' variables of a `.keras` file, by their paths."""
    found = {}
    with zipfile.ZipFile(path) as z, h5py.File(io.BytesIO(z.read("model.weights.h5"))) as f:
        f.visititems(lambda name, o: found.update({name: o[()]}) if isinstance(o, h5py.Dataset) and name.startswith("layers/") else None)
    return {name: np.asarray(a) for name, a in found.items()}
