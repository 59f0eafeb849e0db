"""The folder a comparison works in: one folder a model, the same names for every process."""

import json
import os
import traceback

import numpy as np


class Work:
    """The folder of one model."""

    def __init__(self, root, name):
        self.name, self.folder = name, os.path.join(root, name)
        os.makedirs(self.folder, exist_ok=True)

    def __truediv__(self, name):
        return os.path.join(self.folder, name)

    def has(self, name):
        return os.path.exists(self / name)

    # Data: a tensor, a list of tensors, or a dictionary of them, as Keras's `fit` takes them.

    def put_tensors(self, stem, value):
        """Writes STEM0.npy …, and STEM.json: their keys, null for lists and single tensors."""
        keys, arrays = taken_apart(value)
        for i, array in enumerate(arrays):
            np.save(self / f"{stem}{i}.npy", array)
        self.put_json(f"{stem}.json", {"keys": keys, "count": len(arrays)})

    def tensor_files(self, stem):
        """Arguments for the program: paths in the model's order, or KEY=path."""
        about = self.get_json(f"{stem}.json")
        paths = [self / f"{stem}{i}.npy" for i in range(about["count"])]
        keys = about["keys"] or [None] * len(paths)
        return [path if key is None else f"{key}={path}" for key, path in zip(keys, paths)]

    def tensors(self, stem):
        """As a list, whatever it was."""
        return [np.load(self / f"{stem}{i}.npy") for i in range(self.get_json(f"{stem}.json")["count"])]

    def as_given(self, stem):
        """In the form in which Keras's `fit` takes it."""
        keys, arrays = self.get_json(f"{stem}.json")["keys"], self.tensors(stem)
        if keys is not None:
            return dict(zip(keys, arrays))
        return arrays if len(arrays) > 1 else arrays[0]

    # Named arrays in order: variables of a model, of an optimizer.

    def put_arrays(self, name, named):
        names = [n for n, _ in named]
        np.savez(self / name, names=np.array(json.dumps(names)), **{f"a{i}": a for i, (_, a) in enumerate(named)})

    def arrays(self, name):
        with np.load(self / name) as z:
            return [(n, z[f"a{i}"]) for i, n in enumerate(json.loads(str(z["names"])))]

    def put_json(self, name, value):
        with open(self / name, "w") as f:
            json.dump(value, f)

    def get_json(self, name):
        with open(self / name) as f:
            return json.load(f)

    # A phase leaves NAME.done or NAME.error, so that a run can be taken up again.

    def phase(self, name, run):
        """Runs it unless it was done before."""
        if self.has(f"{name}.done"):
            return
        try:
            run()
        except Exception:  # What went wrong is the result of this model; the others go on.
            with open(self / f"{name}.error", "w") as f:
                f.write(traceback.format_exc())
            print(f"  {self.name}: {name} failed", flush=True)
            return
        if self.has(f"{name}.error"):
            os.remove(self / f"{name}.error")
        open(self / f"{name}.done", "w").close()

    def error_of(self, name):
        """The last line of what went wrong, if it did."""
        if self.has(f"{name}.done"):
            return None
        if not self.has(f"{name}.error"):
            return "was not run"
        with open(self / f"{name}.error") as f:
            lines = [line.strip() for line in f.read().strip().splitlines() if line.strip()]
        return lines[-1][:300] if lines else "failed"


def taken_apart(value):
    """Keys (None unless a dictionary) and arrays."""
    if isinstance(value, dict):
        return list(value), [np.asarray(v) for v in value.values()]
    if isinstance(value, (list, tuple)):
        return None, [np.asarray(v) for v in value]
    return None, [np.asarray(value)]
