"""Whole trainings: every step's loss, the weights on the way and at the end, epochs, evaluation.

The model is built from the very config that is written. Every training runs twice, by `train_on_batch`, which
reports the steps, and by `fit`, which reports the epochs; both must come to the same weights.
"""

import numpy as np
from common import Cases, arr, keras, numbers, uniform
from trainings_run import (
    CALLBACKS, FLOAT32_STEPS, Data, arrays, by_fit, by_steps, in_float32, largest_difference, made, weights,
)  # fmt: skip

BATCH = 16
NEAR = 1e-12  # Between the two runs: train_on_batch and fit.


def layer(name, kind, **config):
    return {"name": name, "kind": kind, "config": config}


def chain(first, *rest):
    """Nodes of layers one after another."""
    names = [l["name"] for l in (first, *rest)]
    nodes = [{"layer": b, "inputs": [a], "output": b} for a, b in zip(names, names[1:])]
    return {"layers": [first, *rest], "nodes": nodes, "outputs": names[-1:]}


def loss(*names):
    return [{"name": n, "config": {}} for n in names]


def phases(*all):
    """(optimizer, its config, steps, names of frozen layers) each."""
    return [{"steps": s, "frozen": list(frozen), "optimizer": {"name": n, "config": c}} for n, c, s, *frozen in all]


def dense(seed, inputs, units, bias=True, scale=1.0):
    """He's spread, which suits tanh and the rest well enough."""
    w = {"kernel": numbers(seed, (inputs, units), scale * (2 / inputs) ** 0.5)}
    return (w | {"bias": numbers(seed + 1, (units,), 0.125)}) if bias else w


def normalization(seed, n):
    """Not the fresh ones and zeros: a mistake in which is which shows."""
    return {"gamma": uniform(seed, (n,), 0.5, 1.5), "beta": numbers(seed + 1, (n,), 0.25),
            "moving_mean": numbers(seed + 2, (n,), 0.25), "moving_variance": uniform(seed + 3, (n,), 0.5, 2.0)}  # fmt: skip


def classes(seed, x, n, noise):
    """Labels by a random linear rule with noise."""
    x = x.reshape(len(x), -1)
    scores = x @ numbers(seed, (x.shape[1], n)) + noise * numbers(seed + 1, (len(x), n))
    labels = scores.argmax(axis=1)
    assert len(set(labels.tolist())) == n
    return labels


def halves(seed, x, noise):
    """0 or 1 by the same, one column."""
    return classes(seed, x, 2, noise).astype(np.float64).reshape(-1, 1)


def smooth(seed, x, n):
    """Targets of a regression: a bent function of a linear map, multiples of 2^-8."""
    y = np.tanh(x @ numbers(seed, (x.shape[1], n), 0.5)) * 2 + 0.25 * numbers(seed + 1, (len(x), n))
    return np.round(y * 256) / 256


def training(c, name, config, inputs, targets, initial, snapshots=None, sample_weight=None, **extra):
    data = (inputs, targets, sample_weight, config.get("class_weight"))
    total = sum(p["steps"] for p in config["phases"])

    def compute():
        d = Data(*data)
        logs, kept, model = by_steps(config, initial, d, snapshots or [FLOAT32_STEPS, total])
        start, end = logs["loss"][0], logs["loss"][-1]
        epochs, fitted = by_fit(config, initial, d)
        assert largest_difference(weights(model), weights(fitted)) <= NEAR
        arguments = {"batch_size": BATCH, "verbose": 0, "return_dict": True}
        out = {"steps": arrays(logs), "epochs": arrays(epochs), "snapshots": kept,
               "evaluation": model.evaluate(d.x, d.y, **arguments)}  # fmt: skip
        if sample_weight is not None:
            out["evaluation_weighted"] = model.evaluate(d.x, d.y, sample_weight=d.sample_weight, **arguments)
        rounding = extra.get("float32_rounding", [])
        gap = largest_difference(kept[0]["weights"], single["float32_weights"], rounding)
        print(f"  {name}: loss {start:.4f} to {end:.4f}, float32 off by {gap:.1e} after {FLOAT32_STEPS} steps")
        assert gap < 2e-6, "float32 must be float64 but for rounding"
        return out

    single = in_float32(config, initial, *data)
    arguments = given(config, inputs, targets, initial, sample_weight)
    c.add(name, config, lambda: compute() | single, **extra, **arguments)


def given(config, inputs, targets, initial, sample_weight=None):
    out = {"inputs": [arr(x) for x in inputs], "targets": [arr(y) for y in targets]}
    if sample_weight is not None:
        out["sample_weight"] = arr(sample_weight)
    names = [l["name"] for l in config["layers"] if l["name"] in initial]
    return out | {"initial_weights": {n: {k: arr(v) for k, v in initial[n].items()} for n in names}}


def sequential_batch_normalization(c):
    x = numbers(101, (72, 3, 4)) * uniform(102, (4,), 0.5, 3.0, bits=2) + numbers(103, (3, 4))
    labels = classes(104, x, 3, 0.5)
    model = chain(
        layer("images", "input", shape=[3, 4]),
        layer("flatten", "flatten"),
        layer("first_normalization", "batch_normalization"),
        layer("hidden", "dense", units=12, use_bias=False),
        layer("second_normalization", "batch_normalization"),
        layer("bend", "activation", activation="elu"),
        layer("classes", "dense", units=3, activation="softmax"),
    )
    initial = {"first_normalization": normalization(110, 12), "hidden": dense(120, 12, 12, bias=False),
               "second_normalization": normalization(130, 12), "classes": dense(140, 12, 3)}  # fmt: skip
    still = "the gradient of first_normalization's beta is zero but for rounding: second_normalization takes the mean away"
    sgd = {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True, "clipnorm": 1.0}
    for optimizer, extra in [
        # Nadam divides that gradient by its own size.
        (("nadam", {"learning_rate": 0.001}),
         {"note": still, "float32_rounding": ["first_normalization/beta", "second_normalization/moving_mean"]}),
        (("sgd", sgd), {"note": still}),
    ]:  # fmt: skip
        rest = {"loss": loss("sparse_categorical_crossentropy"), "phases": phases((*optimizer, 50))}
        config = {**model, "batch": BATCH, **rest}
        training(c, "sequential_batch_normalization", config, [x], [labels], initial, **extra)


def functional_shared_tower(c):
    left, right = numbers(201, (150, 5)), numbers(202, (150, 5))
    both = np.concatenate([left, right], axis=1)
    config = {
        "layers": [
            layer("left", "input", shape=[5]),
            layer("right", "input", shape=[5]),
            layer("tower_1", "dense", units=8, activation="relu"),
            layer("tower_2", "dense", units=6, activation="tanh"),
            layer("sum", "add"),
            layer("joined", "concatenate"),
            layer("main", "dense", units=1, activation="sigmoid"),
            layer("auxiliary", "dense", units=2),
        ],
        "nodes": [
            {"layer": "tower_1", "inputs": ["left"], "output": "left_1"},
            {"layer": "tower_2", "inputs": ["left_1"], "output": "left_2"},
            {"layer": "tower_1", "inputs": ["right"], "output": "right_1"},
            {"layer": "tower_2", "inputs": ["right_1"], "output": "right_2"},
            {"layer": "sum", "inputs": ["left_2", "right_2"], "output": "sum"},
            {"layer": "joined", "inputs": ["left_2", "right_2", "sum"], "output": "joined"},
            {"layer": "main", "inputs": ["joined"], "output": "main"},
            {"layer": "auxiliary", "inputs": ["sum"], "output": "auxiliary"},
        ],
        "outputs": ["main", "auxiliary"],
        "batch": BATCH,
        "loss": loss("binary_crossentropy", "mean_squared_error"),
        "loss_weights": [1.0, 0.3],
        "phases": phases(("adam", {"learning_rate": 0.01}, 50)),
    }
    initial = {"tower_1": dense(210, 5, 8), "tower_2": dense(212, 8, 6),
               "main": dense(214, 18, 1), "auxiliary": dense(216, 6, 2)}  # fmt: skip
    targets = [halves(220, both, 0.5), smooth(222, both, 2)]
    training(c, "functional_shared_tower", config, [left, right], targets, initial)


def transfer_frozen_then_unfrozen(c):
    x = numbers(301, (72, 8))
    labels = classes(302, x, 3, 0.5)
    config = {
        **chain(
            layer("x", "input", shape=[8]),
            layer("lower_1", "dense", units=10, activation="relu"),
            layer("lower_normalization", "batch_normalization"),
            layer("lower_2", "dense", units=8, activation="tanh"),
            layer("head", "dense", units=3, activation="softmax"),
        ),
        "batch": BATCH,
        "loss": loss("sparse_categorical_crossentropy"),
        "phases": phases(
            ("sgd", {"learning_rate": 0.05}, 25, "lower_1", "lower_normalization", "lower_2"),
            ("sgd", {"learning_rate": 0.01}, 25),
        ),
    }
    initial = {"lower_1": dense(310, 8, 10), "lower_normalization": normalization(312, 10),
               "lower_2": dense(318, 10, 8), "head": dense(320, 8, 3)}  # fmt: skip
    training(c, "transfer_frozen_then_unfrozen", config, [x], [labels], initial, snapshots=[10, 25, 50])


def regularized(c):
    x = numbers(401, (72, 8))
    penalty = {"kernel_regularizer": {"name": "l2", "config": {"l2": 0.01}}}
    bounded = {**penalty, "kernel_constraint": {"name": "max_norm", "config": {"max_value": 1.0}}}
    config = {
        **chain(
            layer("x", "input", shape=[8]),
            layer("first", "dense", units=10, activation="tanh", **bounded),
            layer("second", "dense", units=6, activation="elu", **bounded),
            layer("out", "dense", units=1, **penalty),
        ),
        "batch": BATCH,
        "loss": loss("mean_squared_error"),
        "phases": phases(("rmsprop", {"learning_rate": 0.01, "clipnorm": 0.5}, 50)),
    }
    initial = {"first": dense(410, 8, 10, scale=0.75), "second": dense(412, 10, 6, scale=0.75), "out": dense(414, 6, 1)}
    training(c, "regularized", config, [x], [smooth(420, x, 1)], initial)


def plateau_and_early_stopping(c):
    x = numbers(501, (120, 6))
    labels = classes(502, x, 3, 1.5)
    (x, vx), (labels, vlabels) = np.split(x, [72]), np.split(labels, [72])
    most, watched = 30, {"monitor": "val_loss"}
    config = {
        **chain(
            layer("x", "input", shape=[6]),
            layer("hidden", "dense", units=16, activation="elu"),
            layer("normalization", "batch_normalization", momentum=0.75),
            layer("classes", "dense", units=3, activation="softmax"),
        ),
        "batch": BATCH,
        "loss": loss("sparse_categorical_crossentropy"),
        "metrics": ["accuracy"],
        "phases": phases(("adam", {"learning_rate": 0.005}, most * 5)),
        "callbacks": [
            {"name": "reduce_lr_on_plateau", "config": {**watched, "factor": 0.5, "patience": 2, "min_delta": 0.08}},
            {"name": "early_stopping", "config": {**watched, "patience": 5, "restore_best_weights": True}},
        ],
    }
    initial = {"hidden": dense(510, 6, 16), "normalization": normalization(512, 16), "classes": dense(518, 16, 3)}

    def compute():
        d, v = Data([x], [labels]), Data([vx], [vlabels])
        callbacks = plateau, stopping = [made(CALLBACKS, o) for o in config["callbacks"]]
        epochs, fitted = by_fit(config, initial, d, v, callbacks)
        n = len(epochs["loss"])
        rates = epochs["learning_rate"]
        print(f"  plateau_and_early_stopping: {n} epochs, best {stopping.best_epoch}, rates {rates}")
        assert n < most and stopping.stopped_epoch == n - 1
        assert len(set(rates)) >= 3, "two reductions that training then used"
        assert rates[stopping.best_epoch] < rates[0], "one before the best epoch"
        for min_delta in (plateau.min_delta, 0.0):
            least = np.inf
            for v in epochs["val_loss"]:
                assert abs(v - (least - min_delta)) > 1e-4, (v, least, "a decision at the edge")
                least = v if v < least - min_delta else least
        best, done = (stopping.best_epoch + 1) * 5, n * 5
        logs, kept, _ = by_steps(config, initial, d, [FLOAT32_STEPS, best, done], rates, done)
        at_best = next(k["weights"] for k in kept if k["step"] == best)
        assert largest_difference(at_best, weights(fitted)) <= NEAR
        arguments = {"batch_size": BATCH, "verbose": 0, "return_dict": True}
        return {"steps": arrays(logs), "epochs": arrays(epochs), "snapshots": kept,
                "evaluation": fitted.evaluate(d.x, d.y, **arguments),
                "stopped_epoch": stopping.stopped_epoch, "best_epoch": stopping.best_epoch,
                "final_learning_rate": float(fitted.optimizer.learning_rate.numpy()),
                "final_weights": weights(fitted), **single}  # fmt: skip

    single = in_float32(config, initial, [x], [labels])
    c.add("plateau_and_early_stopping", config, compute, **given(config, [x], [labels], initial),
          validation_inputs=[arr(vx)], validation_targets=[arr(vlabels)])  # fmt: skip


def sample_and_class_weights(c):
    x = numbers(601, (72, 6))
    y, labels = halves(602, x, 0.5), classes(604, x, 3, 0.5)
    rest = {"batch": BATCH, "phases": phases(("adam", {"learning_rate": 0.01}, 50))}
    first = [layer("x", "input", shape=[6]), layer("hidden", "dense", units=8, activation="tanh")]
    weight = uniform(606, (72,), 0.0, 2.0, bits=4)
    weight[[3, 20, 21]] = 0.0
    config = {**chain(*first, layer("out", "dense", units=1, activation="sigmoid")), **rest,
              "loss": loss("binary_crossentropy")}  # fmt: skip
    initial = {"hidden": dense(610, 6, 8), "out": dense(612, 8, 1)}
    training(c, "sample_and_class_weights", config, [x], [y], initial, sample_weight=weight)
    config = {**chain(*first, layer("out", "dense", units=3, activation="softmax")), **rest,
              "loss": loss("sparse_categorical_crossentropy"), "class_weight": {"0": 1.0, "1": 2.5, "2": 0.5}}  # fmt: skip
    training(c, "sample_and_class_weights", config, [x], [labels], {**initial, "out": dense(614, 8, 3)})


def gradient_accumulation(c):
    x = numbers(701, (90, 6))
    config = {
        **chain(
            layer("x", "input", shape=[6]),
            layer("hidden", "dense", units=10, activation="elu"),
            layer("out", "dense", units=2),
        ),
        "batch": BATCH,
        "loss": loss("mean_squared_error"),
        "phases": phases(("adam", {"learning_rate": 0.01, "gradient_accumulation_steps": 4}, 48)),
    }
    initial = {"hidden": dense(710, 6, 10), "out": dense(712, 10, 2)}
    training(c, "gradient_accumulation", config, [x], [smooth(720, x, 2)], initial)


def generate():
    c = Cases("trainings")
    sequential_batch_normalization(c)
    functional_shared_tower(c)
    transfer_frozen_then_unfrozen(c)
    regularized(c)
    plateau_and_early_stopping(c)
    sample_and_class_weights(c)
    gradient_accumulation(c)
    return c
