"""Builds a model from a case's config, as it stands in the JSON, and trains it."""

import contextlib

import jax
import numpy as np
from common import arr, keras
from optimizers import CLASSES

L = keras.layers
KINDS = {
    "dense": L.Dense, "flatten": L.Flatten, "batch_normalization": L.BatchNormalization,
    "activation": L.Activation, "concatenate": L.Concatenate, "add": L.Add,
}  # fmt: skip
OPTIONS = {"l2": keras.regularizers.L2, "max_norm": keras.constraints.MaxNorm}
CALLBACKS = {
    "reduce_lr_on_plateau": keras.callbacks.ReduceLROnPlateau,
    "early_stopping": keras.callbacks.EarlyStopping,
}
FLOAT32_STEPS = 10


def made(table, o):
    return table[o["name"]](**o["config"])


def build(config, initial):
    """The model, its weights those given."""
    values, layers = {}, {}
    for l in config["layers"]:
        if l["kind"] == "input":
            values[l["name"]] = keras.Input(tuple(l["config"]["shape"]), name=l["name"])
        else:
            options = {k: made(OPTIONS, v) if isinstance(v, dict) else v for k, v in l["config"].items()}
            layers[l["name"]] = KINDS[l["kind"]](name=l["name"], **options)
    for n in config["nodes"]:
        xs = [values[x] for x in n["inputs"]]
        values[n["output"]] = layers[n["layer"]](xs if len(xs) > 1 else xs[0])
    inputs = [values[l["name"]] for l in config["layers"] if l["kind"] == "input"]
    outputs = [values[o] for o in config["outputs"]]
    model = keras.Model(single(inputs), single(outputs))
    for l in model.layers:
        names = {w.name: w for w in l.weights}
        assert set(names) == set(initial.get(l.name, {})), (l.name, list(names))
        for n, w in names.items():
            w.assign(initial[l.name][n])
            assert w.dtype == keras.config.floatx(), (l.name, n, w.dtype)
    return model


def single(items):
    return items[0] if len(items) == 1 else list(items)


def weights(model):
    return {l.name: {w.name: arr(np.array(w.numpy())) for w in l.weights} for l in model.layers if l.weights}


def phase(model, config, p):
    """Freezes and compiles: a fresh optimizer."""
    for l in model.layers:
        l.trainable = l.name not in p["frozen"]
    optimizer = made({n: getattr(keras.optimizers, c) for n, c in CLASSES.items()}, p["optimizer"])
    model.compile(
        optimizer=optimizer,
        loss=single([o["name"] for o in config["loss"]]),
        loss_weights=config.get("loss_weights"),
        metrics=config.get("metrics"),
    )


class Data:
    """Inputs, targets and weights of the rows, in the floats that Keras is set to."""

    def __init__(self, inputs, targets, sample_weight=None, class_weight=None):
        self.x = single([self.floats(x) for x in inputs])
        self.y = single([self.floats(y) for y in targets])
        self.rows = len(inputs[0])
        self.sample_weight = None if sample_weight is None else self.floats(sample_weight)
        self.class_weight = class_weight and {int(k): v for k, v in class_weight.items()}

    @staticmethod
    def floats(a):
        return a.astype(keras.config.floatx()) if np.issubdtype(a.dtype, np.floating) else a

    def batch(self, start, size):
        cut = lambda a: [b[start : start + size] for b in a] if isinstance(a, list) else a[start : start + size]
        w = self.sample_weight
        return {"x": cut(self.x), "y": cut(self.y), "sample_weight": None if w is None else cut(w),
                "class_weight": self.class_weight}  # fmt: skip


def by_steps(config, initial, data, snapshots, rates=None, steps=None):
    """Trains batch by batch: what every step reports, the weights after some steps, the model.

    The rows come in order, from the first again after the last. `rates` sets the learning rate of each epoch; `steps`
    stops before the phases end.
    """
    model = build(config, initial)
    logs, kept, done, per_epoch = {}, [], 0, -(-data.rows // config["batch"])
    for p in config["phases"]:
        phase(model, config, p)
        for step in range(p["steps"]):
            epoch, batch = divmod(step, per_epoch)
            if rates is not None:
                model.optimizer.learning_rate = rates[epoch]
            batch = data.batch(batch * config["batch"], config["batch"])
            for k, v in model.train_on_batch(**batch, return_dict=True).items():
                logs.setdefault(k, []).append(v)
            done += 1
            if done in snapshots:
                kept.append({"step": done, "weights": weights(model)})
            if done == steps:
                return logs, kept, model
    return logs, kept, model


def by_fit(config, initial, data, validation=None, callbacks=()):
    """Trains by `fit`: what every epoch reports, the model."""
    model = build(config, initial)
    logs, per_epoch = {}, -(-data.rows // config["batch"])
    for p in config["phases"]:
        phase(model, config, p)
        assert p["steps"] % per_epoch == 0, "fit trains whole epochs"
        history = model.fit(
            data.x, data.y, batch_size=config["batch"], epochs=p["steps"] // per_epoch, shuffle=False, verbose=0,
            sample_weight=data.sample_weight, class_weight=data.class_weight, callbacks=list(callbacks),
            validation_data=validation and (validation.x, validation.y),
        )  # fmt: skip
        for k, v in history.history.items():
            logs.setdefault(k, []).extend(v)
    return logs, model


def arrays(logs):
    return {k: arr(np.array(v, np.float64)) for k, v in logs.items()}


def largest_difference(a, b, but=()):
    return max(float(np.abs(a[l][n].a - b[l][n].a).max()) for l in a for n in a[l] if f"{l}/{n}" not in but)


@contextlib.contextmanager
def float32():
    """Keras as it comes: everything made in float32, JAX without 64 bits."""
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    try:
        with jax.enable_x64(False):
            yield
    finally:
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")


def in_float32(config, initial, *data):
    """The first steps again, everything in float32."""
    with float32():
        logs, kept, _ = by_steps(config, initial, Data(*data), [FLOAT32_STEPS], steps=FLOAT32_STEPS)
    kept = kept[0]["weights"]
    assert all(a.a.dtype == np.float32 for v in kept.values() for a in v.values())
    return {
        "float32_losses": arr(np.array(logs["loss"], np.float64)),
        "float32_weights": {l: {n: arr(a.a.astype(np.float64)) for n, a in v.items()} for l, v in kept.items()},
    }
