"""A `.keras` file of float32 as one of float64: the same numbers, wider."""

import io
import zipfile

import h5py
import numpy as np


def widen(source, target):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                data = data.replace(b'"float32"', b'"float64"')
            elif name.endswith(".h5"):
                data = widened(data)
            new.writestr(name, data)


def widened(data):
    made = io.BytesIO()
    with h5py.File(io.BytesIO(data)) as old, h5py.File(made, "w") as new:

        def copy(name, o):
            if isinstance(o, h5py.Group):
                there = new.require_group(name)
            else:
                there = new.create_dataset(name, data=o[()], dtype=np.float64 if o.dtype == np.float32 else o.dtype)
            for key, value in o.attrs.items():
                there.attrs[key] = value

        old.visititems(copy)
    return made.getvalue()
