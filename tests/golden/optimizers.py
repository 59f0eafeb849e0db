"""Optimizers: three variables after some steps of up to 50, under gradients given by a formula.

With step from 1, v the variable's index and i the element's (row-major):
  gradient  ((7919 step + 104729 v + 1299709 i + 12345) mod 2001 - 1000) 2^(CYCLE[(step + i + v) mod 7] - 10)
  initial   ((31337 v + 7919 i + 271) mod 401 - 200) 2^-7
Both are exact in float32; gradients reach from 3e-5 to 8 in size.
"""

import numpy as np
from common import Cases, arr, keras

CYCLE = [0, -3, 2, -7, -1, 3, -5]
VARIABLES = [("kernel", (3, 4)), ("bias", (5,)), ("embeddings", (2, 3))]


def gradient(step, v, shape):
    n = int(np.prod(shape))
    g = [
        ((7919 * step + 104729 * v + 1299709 * i + 12345) % 2001 - 1000)
        * 2.0 ** (CYCLE[(step + i + v) % 7] - 10)
        for i in range(n)
    ]
    return np.array(g).reshape(shape)


def initial(v, shape):
    n = int(np.prod(shape))
    return np.array([((31337 * v + 7919 * i + 271) % 401 - 200) * 2.0**-7 for i in range(n)]).reshape(shape)


CLASSES = {
    "sgd": "SGD", "adagrad": "Adagrad", "adadelta": "Adadelta", "rmsprop": "RMSprop", "adam": "Adam",
    "adamw": "AdamW", "adamax": "Adamax", "nadam": "Nadam", "lion": "Lion", "lamb": "Lamb",
    "ftrl": "Ftrl", "adafactor": "Adafactor",
}  # fmt: skip

EXPONENTIAL = {"name": "exponential_decay", "config": {"initial_learning_rate": 0.05, "decay_steps": 10, "decay_rate": 0.5}}
PIECEWISE = {"name": "piecewise_constant_decay", "config": {"boundaries": [5, 20], "values": [0.05, 0.01, 0.002]}}
SCHEDULES = {
    "exponential_decay": keras.optimizers.schedules.ExponentialDecay,
    "piecewise_constant_decay": keras.optimizers.schedules.PiecewiseConstantDecay,
}


def common_options(lr):
    """Every option that all optimizers share."""
    lr = {"learning_rate": lr}
    return [
        {**lr, "weight_decay": 0.05},
        {**lr, "weight_decay": 0.05, "exclude_from_weight_decay": ["bias"]},
        {**lr, "clipvalue": 0.25},
        {**lr, "clipnorm": 0.5},
        {**lr, "global_clipnorm": 0.5},
        {**lr, "use_ema": True},
        {**lr, "use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 4},
        {**lr, "gradient_accumulation_steps": 4},
        {"learning_rate": EXPONENTIAL},
        {"learning_rate": PIECEWISE},
        {"learning_rate": EXPONENTIAL, "gradient_accumulation_steps": 4, "global_clipnorm": 0.5, "weight_decay": 0.02},
        {**lr, "use_ema": True, "ema_momentum": 0.5, "gradient_accumulation_steps": 4},
    ]


CONFIGS = {
    "sgd": [
        {},
        {"learning_rate": 0.05, "momentum": 0.9},
        {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
        {"learning_rate": 0.05, "momentum": 0.5, "nesterov": True, "weight_decay": 0.01, "clipnorm": 1.0},
        *common_options(0.02),
    ],
    "adagrad": [
        {},
        {"learning_rate": 0.1, "initial_accumulator_value": 0.0},
        {"learning_rate": 0.1, "epsilon": 0.01},
        {"learning_rate": 0.1, "weight_decay": 0.05, "clipvalue": 0.5},
        {"learning_rate": EXPONENTIAL, "initial_accumulator_value": 0.5},
    ],
    "adadelta": [
        {},
        {"learning_rate": 1.0},
        {"learning_rate": 1.0, "rho": 0.5, "epsilon": 0.001},
        {"learning_rate": 0.5, "weight_decay": 0.05, "clipnorm": 0.5},
        {"learning_rate": 1.0, "use_ema": True, "ema_momentum": 0.9},
    ],
    "rmsprop": [
        {},
        {"learning_rate": 0.01, "rho": 0.5, "epsilon": 0.001},
        {"learning_rate": 0.01, "momentum": 0.9},
        {"learning_rate": 0.01, "centered": True},
        {"learning_rate": 0.01, "centered": True, "momentum": 0.5, "rho": 0.75},
        *common_options(0.01),
    ],
    "adam": [
        {},
        {"learning_rate": 0.01},
        {"learning_rate": 0.01, "amsgrad": True},
        {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.75},
        {"learning_rate": 0.01, "epsilon": 0.1},
        {"learning_rate": 0.01, "amsgrad": True, "beta_2": 0.5, "weight_decay": 0.01},
        *common_options(0.01),
    ],
    "adamw": [
        {},
        {"learning_rate": 0.01, "weight_decay": 0.1},
        {"learning_rate": 0.01, "amsgrad": True, "beta_2": 0.5},
        {"learning_rate": 0.01, "weight_decay": 0.1, "exclude_from_weight_decay": ["bias"]},
        {"learning_rate": 0.01, "weight_decay": 0.1, "global_clipnorm": 1.0, "use_ema": True},
    ],
    "adamax": [
        {},
        {"learning_rate": 0.01},
        {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.01},
        {"learning_rate": 0.01, "weight_decay": 0.05, "clipnorm": 0.5},
        {"learning_rate": EXPONENTIAL},
    ],
    "nadam": [
        {},
        {"learning_rate": 0.01},
        {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.01},
        {"learning_rate": 0.01, "weight_decay": 0.05, "clipvalue": 0.5},
        {"learning_rate": 0.01, "gradient_accumulation_steps": 4},
        {"learning_rate": EXPONENTIAL, "use_ema": True, "ema_momentum": 0.9},
    ],
    "lion": [
        {},
        {"learning_rate": 0.01},
        {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.75},
        {"learning_rate": 0.01, "weight_decay": 0.1},
        {"learning_rate": EXPONENTIAL, "clipnorm": 0.5},
    ],
    "lamb": [
        {},
        {"learning_rate": 0.01},
        {"learning_rate": 0.01, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.01},
        {"learning_rate": 0.01, "weight_decay": 0.1},
        {"learning_rate": EXPONENTIAL, "clipnorm": 0.5},
    ],
    "ftrl": [
        {},
        {"learning_rate": 0.1},
        {"learning_rate": 0.1, "learning_rate_power": -0.25},
        {"learning_rate": 0.1, "learning_rate_power": 0.0},
        {"learning_rate": 0.1, "initial_accumulator_value": 0.5},
        {"learning_rate": 0.1, "l1_regularization_strength": 0.5},
        {"learning_rate": 0.1, "l2_regularization_strength": 0.25},
        {"learning_rate": 0.1, "l2_shrinkage_regularization_strength": 0.125},
        {"learning_rate": 0.1, "beta": 0.5},
        {"learning_rate": 0.1, "learning_rate_power": -0.75, "initial_accumulator_value": 0.25,
         "l1_regularization_strength": 0.25, "l2_regularization_strength": 0.125,
         "l2_shrinkage_regularization_strength": 0.0625, "beta": 0.25},
        {"learning_rate": 0.1, "weight_decay": 0.05, "clipvalue": 0.5},
    ],
    "adafactor": [
        {},
        {"learning_rate": 0.05},
        {"learning_rate": 0.05, "relative_step": False},
        {"learning_rate": 0.5, "clip_threshold": 0.5},
        {"learning_rate": 0.05, "beta_2_decay": -0.5},
        {"learning_rate": 0.05, "epsilon_1": 1e-5, "epsilon_2": 0.1},
        {"learning_rate": 0.05, "weight_decay": 0.05, "clipnorm": 0.5},
        {"learning_rate": EXPONENTIAL},
    ],
}  # fmt: skip


def run(name, config):
    config = dict(config)
    exclude = config.pop("exclude_from_weight_decay", None)
    if isinstance(config.get("learning_rate"), dict):
        schedule = config["learning_rate"]
        config["learning_rate"] = SCHEDULES[schedule["name"]](**schedule["config"])
    opt = getattr(keras.optimizers, CLASSES[name])(**config)
    if exclude:
        opt.exclude_from_weight_decay(var_names=exclude)
    w = [keras.Variable(initial(v, s), name=n, dtype="float64") for v, (n, s) in enumerate(VARIABLES)]
    opt.build(w)
    keep = [1, 3, 4, 12, 50] if config.get("gradient_accumulation_steps") else [1, 2, 10, 50]
    if config.get("ema_overwrite_frequency"):
        keep = [1, 3, 4, 5, 50]
    snapshots = []
    for step in range(1, 51):
        opt.apply([keras.ops.convert_to_tensor(gradient(step, v, s)) for v, (_, s) in enumerate(VARIABLES)], w)
        if step in keep:
            shot = {"step": step, "variables": {x.name: arr(x.numpy()) for x in w}}
            if config.get("use_ema"):
                shot["ema"] = {x.name: arr(a.numpy()) for x, a in zip(w, opt._model_variables_moving_average)}
            snapshots.append(shot)
    return {"snapshots": snapshots}


def generate():
    c = Cases("optimizers")
    c.add("formula", {}, lambda: {
        "initial": {n: arr(initial(v, s)) for v, (n, s) in enumerate(VARIABLES)},
        "gradients": [
            {"step": t, "variables": {n: arr(gradient(t, v, s)) for v, (n, s) in enumerate(VARIABLES)}}
            for t in [1, 2, 50]
        ],
    }, source="the formula in README.md")  # fmt: skip
    for name, configs in CONFIGS.items():
        for config in configs:
            c.add(name, config, lambda: run(name, config))
    return c
