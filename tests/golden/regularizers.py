"""Regularizers: the loss and its gradient by the weights."""

import jax
import jax.numpy as jnp
import numpy as np
from common import Cases, arr, keras, numbers

CLASSES = {"l1": "L1", "l2": "L2", "l1_l2": "L1L2", "orthogonal_regularizer": "OrthogonalRegularizer"}


def generate():
    c = Cases("regularizers")
    w2, w4, tall = numbers(1, (4, 3)), numbers(2, (2, 2, 2, 3)), numbers(3, (5, 2))
    zero = np.array([[0.0, 1.0], [-2.0, 0.0]])

    def one(name, config, w, **extra):
        def compute():
            f = getattr(keras.regularizers, CLASSES[name])(**config)
            loss, g = jax.value_and_grad(f)(jnp.asarray(w))
            assert loss.dtype == np.float64 and g.dtype == np.float64
            return {"w": arr(w), "loss": float(loss), "gradient": arr(g)}

        c.add(name, config, compute, **extra)

    for w in [w2, w4]:
        for name, configs in {
            "l1": [{}, {"l1": 0.125}],
            "l2": [{}, {"l2": 0.125}],
            "l1_l2": [{}, {"l1": 0.125, "l2": 0.25}, {"l1": 0.125}, {"l2": 0.25}],
        }.items():
            for config in configs:
                one(name, config, w)
    one("l1", {"l1": 0.5}, zero, kink=True)
    for w in [w2, tall]:
        for config in [{}, {"factor": 0.125}, {"factor": 0.125, "mode": "rows"}, {"factor": 0.125, "mode": "columns"}]:
            one("orthogonal_regularizer", config, w)
    return c
