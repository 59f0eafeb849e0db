"""Initializers: the standard deviation or limit Keras's formulas give, and what is not random.

`stddev` of a truncated normal is that of the normal before truncation at two of its deviations,
as Keras passes it; `draw_stddev` is what the drawn numbers have. Both are read from the source of
VarianceScaling.__call__ and compute_fans; `limit` is the uniform distribution's.
"""

import math

import numpy as np
from common import Cases, arr, keras
from keras.src.initializers.random_initializers import compute_fans

SHAPES = [[784, 300], [3, 4], [5, 5], [7], [3, 3, 16, 32], [1, 1, 8, 4], [5, 8, 16], []]
NAMED = {
    "glorot_normal": "GlorotNormal", "glorot_uniform": "GlorotUniform", "he_normal": "HeNormal",
    "he_uniform": "HeUniform", "lecun_normal": "LecunNormal", "lecun_uniform": "LecunUniform",
}  # fmt: skip


def scaling(init, shape):
    """The branch of VarianceScaling.__call__, without the draw."""
    scale = init.scale
    fan_in, fan_out = compute_fans(tuple(shape))
    if init.mode == "fan_in":
        scale /= max(1.0, fan_in)
    elif init.mode == "fan_out":
        scale /= max(1.0, fan_out)
    else:
        scale /= max(1.0, (fan_in + fan_out) / 2.0)
    out = {"shape": list(shape), "fan_in": fan_in, "fan_out": fan_out, "variance": scale}
    if init.distribution == "truncated_normal":  # which "normal" has become
        return {**out, "distribution": "truncated_normal", "stddev": math.sqrt(scale) / 0.87962566103423978,
                "draw_stddev": math.sqrt(scale)}  # fmt: skip
    if init.distribution == "untruncated_normal":
        return {**out, "distribution": "untruncated_normal", "stddev": math.sqrt(scale), "draw_stddev": math.sqrt(scale)}
    limit = math.sqrt(3.0 * scale)
    return {**out, "distribution": "uniform", "limit": limit, "draw_stddev": limit / math.sqrt(3)}


def agrees(init, s):
    """Keras's own draws have the spread claimed; checked here, never written."""
    if math.prod(s["shape"]) < 1000:
        return
    w = np.asarray(init(s["shape"], dtype="float64"))
    assert abs(w.std() / s["draw_stddev"] - 1) < 0.05, (s, w.std())
    bound = s["limit"] if "limit" in s else 2 * s["stddev"] if s["distribution"] == "truncated_normal" else math.inf
    assert abs(w).max() <= bound * (1 + 1e-6) and (bound == math.inf or abs(w).max() > 0.9 * bound)


def generate():
    c = Cases("initializers")
    I = keras.initializers

    def scaled(name, config, init, source="keras formula"):
        shapes = [scaling(init, s) for s in SHAPES]
        for s in shapes:
            agrees(init, s)
        c.add(name, config, lambda: {"shapes": shapes}, source=source)

    for name, cls in NAMED.items():
        scaled(name, {}, getattr(I, cls)(seed=1))
    scaled("variance_scaling", {}, I.VarianceScaling(seed=1))
    for mode in ["fan_in", "fan_out", "fan_avg"]:
        for distribution in ["normal", "truncated_normal", "untruncated_normal", "uniform"]:
            config = {"scale": 1.5, "mode": mode, "distribution": distribution}
            scaled("variance_scaling", config, I.VarianceScaling(**config, seed=1))

    def given(name, config, cls, shape):
        c.add(name, config, lambda: {"shape": shape, "w": arr(np.asarray(getattr(I, cls)(**config)(shape, dtype="float64")))})

    given("zeros", {}, "Zeros", [2, 3])
    given("ones", {}, "Ones", [2, 3])
    given("constant", {"value": 0.25}, "Constant", [2, 3])
    given("constant", {}, "Constant", [2])
    for gain, shape in [(1.0, [3, 3]), (0.5, [2, 4]), (2.0, [4, 2])]:
        given("identity", {} if gain == 1.0 else {"gain": gain}, "Identity", shape)

    def normal(name, config, cls, draw):
        init = getattr(I, cls)(**config, seed=1)
        w = np.asarray(init([200, 100], dtype="float64"))
        assert abs(w.std() / draw["draw_stddev"] - 1) < 0.05 and abs(w.mean() - draw["mean"]) < 0.05 * draw["draw_stddev"]
        c.add(name, config, lambda: draw, source="keras formula")

    # The standard deviation left by cutting a normal at two deviations.
    cut = math.sqrt(1 - 2 * 2 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))
    normal("random_normal", {}, "RandomNormal", {"mean": 0.0, "draw_stddev": 0.05})
    normal("random_normal", {"mean": 1.0, "stddev": 0.5}, "RandomNormal", {"mean": 1.0, "draw_stddev": 0.5})
    normal("random_uniform", {}, "RandomUniform", {"mean": 0.0, "draw_stddev": 0.1 / math.sqrt(12), "low": -0.05, "high": 0.05})
    normal("random_uniform", {"minval": 1.0, "maxval": 3.0}, "RandomUniform",
           {"mean": 2.0, "draw_stddev": 2 / math.sqrt(12), "low": 1.0, "high": 3.0})  # fmt: skip
    normal("truncated_normal", {}, "TruncatedNormal", {"mean": 0.0, "draw_stddev": 0.05 * cut, "low": -0.1, "high": 0.1})
    normal("truncated_normal", {"mean": 1.0, "stddev": 0.5}, "TruncatedNormal",
           {"mean": 1.0, "draw_stddev": 0.5 * cut, "low": 0.0, "high": 2.0})  # fmt: skip

    for gain in [1.0, 0.5]:
        for shape in [[4, 4], [3, 5], [5, 3], [2, 2, 3, 4], [3, 3, 2, 40]]:
            w = np.asarray(I.Orthogonal(gain=gain, seed=1)(shape, dtype="float64")).reshape(-1, shape[-1])
            rows = w.shape[0] <= w.shape[1]
            square = w @ w.T if rows else w.T @ w
            assert np.allclose(square, gain**2 * np.eye(len(square)), atol=1e-5)
            c.add("orthogonal", {} if gain == 1.0 else {"gain": gain},
                  lambda: {"shape": shape, "matrix": list(w.shape), "orthogonal": "rows" if rows else "columns",
                           "square": arr(gain**2 * np.eye(len(square)))},
                  source="keras property: w as `matrix`, w wT (rows) or wT w (columns) is `square`")  # fmt: skip
    return c
