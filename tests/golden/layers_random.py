"""Layers that draw numbers: identity in inference, and Keras's formula for a given draw.

Keras's draws cannot be repeated by another engine. So the draw is part of the case and the
formula, read from Keras's source, is evaluated on it.
"""

import math

import jax.numpy as jnp
import numpy as np
from common import arr, keras, numbers, uniform, vjp

ALPHA = 1.6732632423543772848170429916717
SCALE = 1.0507009873554804934193349852946


def dropout(x, mask, rate):
    return jnp.where(mask == 1, x / (1 - rate), 0.0)


def alpha_dropout(x, mask, rate):
    alpha_p = -ALPHA * SCALE
    a = ((1 - rate) * (1 + rate * alpha_p**2)) ** -0.5
    b = -a * alpha_p * rate
    return a * (x * mask + alpha_p * (1 - mask)) + b


def gaussian_dropout(x, z, rate):
    return x * (1.0 + math.sqrt(rate / (1.0 - rate)) * z)


def gaussian_noise(x, z, stddev):
    return x + stddev * z


def rrelu(x, a):
    return jnp.where(x >= 0, x, a * x)


FORMULAS = {
    "dropout": "where(mask, x / (1 - rate), 0)",
    "alpha_dropout": "a (x mask + p (1 - mask)) + b, p = -alpha scale, a = ((1 - rate) (1 + rate p^2))^(-1/2), b = -a p rate",
    "gaussian_dropout": "x (1 + sqrt(rate / (1 - rate)) z), z standard normal",
    "gaussian_noise": "x + stddev z, z standard normal",
    "spatial_dropout_2d": "where(mask, x / (1 - rate), 0), one mask value a sample and channel",
}


def given(c, name, config, f, x, draw_name, draw, **more):
    dy = numbers(95, x.shape)

    def compute():
        y, (dx,) = vjp(lambda x: f(x, jnp.asarray(draw), *config.values()), dy, x)
        return {"inputs": [arr(x)], draw_name: arr(draw), "dy": arr(dy), "y": arr(y), "dx": [arr(dx)], **more}

    c.add(name, config, compute, source="keras formula: " + FORMULAS[name])


def random_layers(c, layer):
    x, x4 = numbers(40, (4, 5)), numbers(41, (2, 2, 2, 3))
    for rate in [0.25, 0.5, 0.1]:
        mask = np.where(uniform(42, x.shape, 0, 1) < rate, 0.0, 1.0)
        given(c, "dropout", {"rate": rate}, dropout, x, "mask", mask)
        p = -ALPHA * SCALE
        a = ((1 - rate) * (1 + rate * p**2)) ** -0.5
        given(c, "alpha_dropout", {"rate": rate}, alpha_dropout, x, "mask", mask, a=a, b=-a * p * rate)
        given(c, "gaussian_dropout", {"rate": rate}, gaussian_dropout, x, "z", numbers(43, x.shape),
              stddev=math.sqrt(rate / (1 - rate)))
        given(c, "gaussian_noise", {"stddev": rate}, gaussian_noise, x, "z", numbers(44, x.shape))
        mask = np.where(uniform(45, (2, 1, 1, 3), 0, 1) < rate, 0.0, 1.0)
        given(c, "spatial_dropout_2d", {"rate": rate}, dropout, x4, "mask", mask)

    # Keras itself in inference: nothing happens.
    for name, cls, config, v in [
        ("dropout", "Dropout", {"rate": 0.5}, x),
        ("alpha_dropout", "AlphaDropout", {"rate": 0.5}, x),
        ("gaussian_dropout", "GaussianDropout", {"rate": 0.5}, x),
        ("gaussian_noise", "GaussianNoise", {"stddev": 0.5}, x),
        ("spatial_dropout_2d", "SpatialDropout2D", {"rate": 0.5}, x4),
    ]:
        l = getattr(keras.layers, cls)(**config)
        c.add(name, config, lambda: {"inputs": [arr(v)], "y_inference": arr(l(v, training=False))}, what="inference")
        none = {k: 0.0 for k in config}
        l0 = getattr(keras.layers, cls)(**none)
        c.add(name, none, lambda: {"inputs": [arr(v)], "y": arr(l0(v, training=True))}, what="training, nothing dropped")

    lower, upper = 0.125, 1 / 3
    slopes = uniform(46, x.shape, lower, upper, bits=12)
    dy = numbers(96, x.shape)

    def compute():
        y, (dx,) = vjp(lambda x: rrelu(x, jnp.asarray(slopes)), dy, x)
        mean = (lower + upper) / 2
        z, (dz,) = vjp(lambda x: rrelu(x, mean), dy, x)
        return {"inputs": [arr(x)], "slopes": arr(slopes), "dy": arr(dy), "y": arr(y), "dx": [arr(dx)],
                "y_inference": arr(z), "dx_inference": [arr(dz)]}  # fmt: skip

    c.add("rrelu", {"lower": lower, "upper": upper}, compute,
          source="paper: Xu et al. 2015, arXiv:1505.00853; x for x >= 0, a x below, a uniform in [lower, upper], in inference a = (lower + upper) / 2")
