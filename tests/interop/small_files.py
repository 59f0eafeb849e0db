"""Makes `files.zip`: small files as Keras 3 and TF-Keras 2.15 save them, and what Keras computes from them, as JSON.

    KERAS_BACKEND=jax keras3/bin/python small_files.py keras3 FOLDER
    tf215/bin/python small_files.py tf215 FOLDER
    KERAS_BACKEND=jax keras3/bin/python small_files.py float64 FOLDER
    keras3/bin/python small_files.py pack FOLDER

The models are those of the comparison, with a few samples. See README.md for the JSON.
"""

import json
import os
import sys

from backend import started  # First, for it sets the environment.

import numpy as np

from keras_side import Side
from models import PAGES
from work import Work, taken_apart

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, BATCH, STEPS = 20, 4, 5
SHOWN = 6
# Together they hold every class of layer; those with a star are trained in float64, too.
KERAS_3 = """
    dense_options* activations_as_layers activation_layers* activation_layers_on_planes batch_normalization_before*
    batch_normalization_options batch_normalization_frozen* layer_normalization group_normalization rms_normalization*
    normalization_adapted normalization_given shapes embedding* embedding_of_integers noise_layers merges dictionaries
    inputs_and_outputs* siamese* shared_model* two_models_of_one_class models_three_deep autoencoder frozen_within*
    names_crossed dense_leaky_by_config optimizer_rmsprop_centered* optimizer_adam_amsgrad* optimizer_nadam*
    optimizer_adafactor* optimizer_ftrl* optimizer_adam_ema* optimizer_lamb* optimizer_adam_accumulated*
    optimizer_rmsprop_cosine_decay* loss_sparse_ignored_class* loss_binary_metrics
""".split()  # fmt: skip
# Keras 3's whole models in HDF5, and weights alone.
IN_H5 = ["dense_options", "frozen_within", "normalization_adapted", "optimizer_adam_amsgrad"]
TF_215 = """
    dense_options activation_layers batch_normalization_options batch_normalization_frozen
    layer_normalization group_normalization normalization_adapted shapes embedding dictionaries
    siamese shared_model two_models_of_one_class autoencoder frozen_within names_of_blocks
    hard_sigmoid_of_before optimizer_adam_amsgrad optimizer_legacy_adam optimizer_legacy_sgd loss_binary_metrics
""".split()  # fmt: skip
IN_H5_215 = """
    dense_options batch_normalization_frozen two_models_of_one_class frozen_within names_of_blocks siamese
    optimizer_adam_amsgrad optimizer_legacy_adam optimizer_legacy_sgd loss_binary_metrics normalization_adapted
""".split()  # fmt: skip
NOT_IN_KERAS_215 = ["two_models_of_one_class", "optimizer_legacy_adam", "optimizer_legacy_sgd"]


def array(a):
    a = np.asarray(a)
    kind = {"f": float, "i": int, "u": int}[a.dtype.kind]
    return {"shape": list(a.shape), "data": [kind(v) for v in a.ravel()]}


def tensors(value):
    keys, arrays = taken_apart(value)
    return [{"name": k, **array(a)} for k, a in zip(keys or [None] * len(arrays), arrays)]


def first(value, n):
    if isinstance(value, dict):
        return {k: first(v, n) for k, v in value.items()}
    return [v[:n] for v in value] if isinstance(value, list) else value[:n]


def write(folder, name, about):
    with open(os.path.join(folder, name), "w") as f:
        json.dump(about, f, separators=(",", ":"))


def page_of(name):
    page = PAGES[name.rstrip("*")]
    page.rows, page.batch = ROWS, BATCH
    return page


def saved(keras, folder, names, suffix):
    """Builds, trains a little so that optimizers have something to remember, saves, and writes what is predicted."""
    for name in names:
        page = page_of(name)
        side = Side(keras, page, Work(folder, page.name), "float32")
        side.fresh()
        b = page.build(keras)
        how = {k: v for k, v in b.how.items() if v is not None}
        if how:
            b.model.compile(**how)
        if page.trains:
            side.train(b.model, b.x, b.y, 3)
        side.work.put_tensors("x", b.x)
        if b.y is not None:
            side.work.put_tensors("y", b.y)
        files = []
        for ending in ("keras", "h5", "weights.h5"):
            if ending == "keras" and suffix and page.name in NOT_IN_KERAS_215:
                continue
            if ending != "keras" and page.name not in (IN_H5_215 if suffix else IN_H5) or ending == "weights.h5" and suffix:
                continue
            files.append(f"{page.name}{suffix}.{ending}")
            path = os.path.join(folder, files[-1])
            b.model.save_weights(path) if ending == "weights.h5" else b.model.save(path)
        shown = first(b.x, SHOWN)
        about = {"keras": keras.__version__, "files": files, "inputs": tensors(shown), "outputs": tensors(b.model.predict(shown, verbose=0))}
        write(folder, f"{page.name}{suffix}.json", about)
        print(page.name, flush=True)


def trained(keras, folder, names):
    """Continues in float64 what the file of float32 holds."""
    from widen import widen

    for name in [n for n in names if n.endswith("*")]:
        page = page_of(name)
        side = Side(keras, page, Work(folder, page.name), "float64")
        widen(os.path.join(folder, f"{page.name}.keras"), side.work / "wide.keras")
        model, (x, y) = side.loaded("wide.keras"), side.data()
        history = side.train(model, x, y, STEPS)
        side.put_state("state", model)
        path = os.path.join(folder, f"{page.name}.json")
        with open(path) as f:
            about = json.load(f)
        about["training"] = {
            "steps": STEPS, "batch_size": BATCH, "inputs": tensors(x), "targets": tensors(y), "history": history,
            "weights": [{"name": n, **array(a)} for n, a in side.work.arrays("state_weights.npz")],
            "optimizer": [{"name": n, **array(a)} for n, a in side.work.arrays("state_optimizer.npz")],
        }  # fmt: skip
        write(folder, f"{page.name}.json", about)
        print(page.name, flush=True)


def pack(folder):
    from hostile_bytes import entry, zip_file

    names = sorted(n for n in os.listdir(folder) if os.path.isfile(os.path.join(folder, n)))
    read = lambda n: open(os.path.join(folder, n), "rb").read()
    packed = zip_file({}, *[entry(n, read(n), deflate=True) for n in names])
    with open(os.path.join(HERE, "files.zip"), "wb") as f:
        f.write(packed)
    print(f"{len(names)} files, {len(packed):,} bytes")


if __name__ == "__main__":
    what, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    if what == "pack":
        sys.exit(pack(folder))
    keras = started("float64" if what == "float64" else "float32", os.path.join(folder, "cache"))
    if what == "float64":
        trained(keras, folder, KERAS_3)
    else:
        saved(keras, folder, KERAS_3 if what == "keras3" else TF_215, "" if what == "keras3" else "215")
