"""Activations: y and the gradient by x for a given upstream gradient dy."""

import numpy as np
from common import Cases, arr, keras, numbers, vjp

# Away from the kinks at 0, 1, 3, 6 and -3, from tiny to +-30.
WIDE = np.array(
    [-30, -12.5, -6.25, -4.5, -3.25, -2.75, -1.5, -0.75, -0.25, -0.03125, -0.0009765625]
    + [0.0009765625, 0.03125, 0.25, 0.75, 1.5, 2.75, 3.25, 4.5, 5.75, 6.25, 8.5, 12.5, 30]
)
DY = numbers(1, WIDE.shape)


def layer(cls, config):
    return lambda x: getattr(keras.layers, cls)(**config)(x)


def function(name, config):
    f = getattr(keras.activations, name)
    return lambda x: f(x, **config)


def one(c, name, config, f, x=WIDE, dy=None, **extra):
    dy = numbers(len(x.ravel()), x.shape) if dy is None else dy

    def compute():
        y, (dx,) = vjp(f, dy, x)
        return {"x": arr(x), "y": arr(y), "dy": arr(dy), "dx": arr(dx)}

    c.add(name, config, compute, **extra)


def generate():
    c = Cases("activations")
    for name, configs in {
        "linear": [{}],
        "relu": [
            {},
            {"negative_slope": 0.25},
            {"max_value": 6.0},
            {"threshold": 1.0},
            {"negative_slope": 0.25, "max_value": 6.0},
            {"negative_slope": 0.25, "threshold": 1.0},
            {"max_value": 6.0, "threshold": 1.0},
            {"negative_slope": 0.125, "max_value": 5.0, "threshold": -1.0},
        ],
        "relu6": [{}],
        "leaky_relu": [{}, {"negative_slope": 0.3}, {"negative_slope": 0.01}],
        "elu": [{}, {"alpha": 0.5}, {"alpha": 2.0}],
        "selu": [{}],
        "celu": [{}, {"alpha": 0.5}, {"alpha": 2.0}],
        "gelu": [{}, {"approximate": False}, {"approximate": True}],
        "silu": [{}],
        "mish": [{}],
        "softplus": [{}],
        "softsign": [{}],
        "sigmoid": [{}],
        "hard_sigmoid": [{}],
        "tanh": [{}],
        "exponential": [{}],
    }.items():
        for config in configs:
            one(c, name, config, function(name, config))

    # The slopes at the kinks themselves.
    kinks = {
        "relu": [
            ({}, [0.0]),
            ({"negative_slope": 0.25}, [0.0]),
            ({"max_value": 6.0}, [0.0, 6.0]),
            ({"negative_slope": 0.25, "max_value": 6.0, "threshold": 1.0}, [1.0, 6.0]),
            ({"threshold": 1.0}, [1.0]),
        ],
        "relu6": [({}, [0.0, 6.0])],
        "leaky_relu": [({}, [0.0])],
        "elu": [({}, [0.0]), ({"alpha": 0.5}, [0.0])],
        "selu": [({}, [0.0])],
        "celu": [({"alpha": 0.5}, [0.0])],
        "softsign": [({}, [0.0])],
        "hard_sigmoid": [({}, [-3.0, 3.0])],
    }
    for name, list_ in kinks.items():
        for config, x in list_:
            x = np.array(x)
            one(c, name, config, function(name, config), x, np.ones_like(x), kink=True)

    for name in ["softmax", "log_softmax"]:
        shapes = [({}, (3, 4)), ({"axis": -1}, (2, 3, 4)), ({"axis": 1}, (2, 3, 4)), ({"axis": 1}, (2, 3, 2, 2))]
        for i, (config, shape) in enumerate(shapes):
            one(c, name, config, function(name, config), numbers(20 + i, shape, 3.0))
        wide = np.array([[-30.0, 0.0, 30.0], [100.0, 99.0, -100.0], [1e-3, 1e-3, 1e-3]])
        wide = np.round(wide * 1024) / 1024
        one(c, name, {}, function(name, {}), wide)

    # The layer forms: leaky_relu's default slope differs from the function's.
    one(c, "leaky_relu", {}, layer("LeakyReLU", {}), form="layer")
    one(c, "leaky_relu", {}, layer("LeakyReLU", {}), np.array([0.0]), np.ones(1), form="layer", kink=True)
    one(c, "relu", {"max_value": 5.0, "negative_slope": 0.125, "threshold": 0.5},
        layer("ReLU", {"max_value": 5.0, "negative_slope": 0.125, "threshold": 0.5}), form="layer")
    one(c, "elu", {"alpha": 1.5}, layer("ELU", {"alpha": 1.5}), form="layer")
    one(c, "softmax", {"axis": 1}, layer("Softmax", {"axis": 1}), numbers(31, (2, 3, 2), 2.0), form="layer")
    return c
