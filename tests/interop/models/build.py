"""What a model's page says of itself: the net, how it is compiled, and data of random sizes.

A page is a function of a `Build`. It is run again for every framework and precision; sizes, values and data come from
a generator seeded by the page's name, in the order in which the page asks for them, so every run makes the same.
"""

import zlib

import numpy as np

PAGES = {}
NADAM = ("dense_deep", "batch_normalization_before")
STEPS = 20
BATCH = 16


def page(keras3=True, tf215=True, draws=False, trains=True, onnx=True, h5=True, second=True, batch=BATCH, rows=None):
    """Registers a page under its function's name.

    keras3   Keras 3 can say it.
    tf215    TF-Keras 2.15 can say it.
    draws    training draws random numbers, which no other engine can repeat: predictions only.
    trains   it is compiled, and trainings are compared.
    onnx     the operator set of ONNX holds it.
    h5       Keras 3 can write it as a whole model in HDF5.
    second   Keras's two backends mean the same by it.
    rows     samples; unless told, a short last batch in every third model.
    """

    def register(f):
        n = len(PAGES)
        PAGES[f.__name__] = Page(f, n, keras3, tf215, draws, trains and not draws, onnx, h5, second, batch, rows)
        return f

    return register


class Page:
    def __init__(self, f, number, keras3, tf215, draws, trains, onnx, h5, second, batch, rows):
        self.f, self.name, self.number = f, f.__name__, number
        self.keras3, self.tf215, self.draws, self.trains = keras3, tf215, draws, trains
        self.onnx, self.h5, self.second, self.batch = onnx, h5, second, batch
        self.rows = rows or (STEPS * batch - (7 if number % 3 == 2 else 0))
        # Files of a training under way hold what the optimizer remembers, fresh ones do not.
        self.warm = 3 if number % 2 else 0
        # TF-Keras does not store Nadam's products of momenta: its own training does not go on as it was.
        self.warm215 = 0 if "nadam" in self.name or self.name in NADAM else 3

    def build(self, keras):
        b = Build(self, keras)
        self.f(b)
        return b


class Build:
    """One run of a page: `keras` is Keras 3 or TF-Keras; afterwards `model`, `x`, `y` and `how` are there."""

    def __init__(self, page, keras):
        self.page, self.keras, self.L = page, keras, keras.layers
        self.three = int(keras.__version__.split(".")[0]) >= 3
        self.random = np.random.default_rng(zlib.crc32(page.name.encode()))
        self.model, self.x, self.y, self.how = None, None, None, None

    # Sizes.

    def size(self, low=3, high=9):
        return int(self.random.integers(low, high + 1))

    # Data: float32 numbers that are short in binary, so that float64 runs take the same.

    def normal(self, *shape, scale=1.0):
        return self._short(self.random.standard_normal((self.page.rows, *shape)) * scale)

    def uniform(self, *shape, low=0.0, high=1.0):
        return self._short(self.random.uniform(low, high, (self.page.rows, *shape)))

    def numbers(self, *shape, low=-1.0, high=1.0):
        """Without the axis of samples."""
        return self._short(self.random.uniform(low, high, shape))

    def classes(self, n, *shape):
        return self.random.integers(0, n, (self.page.rows, *shape)).astype(np.int32)

    def one_hot(self, n):
        return np.eye(n, dtype=np.float32)[self.classes(n)]

    def probabilities(self, n):
        p = self.random.integers(1, 16, (self.page.rows, n)).astype(np.float64)
        return (p / p.sum(axis=1, keepdims=True)).astype(np.float32)

    def _short(self, a):
        return (np.round(np.asarray(a) * 256) / 256).astype(np.float32)

    # The words in which Keras 3 and TF-Keras differ.

    def input(self, *shape, **more):
        return self.keras.Input(shape, **more)

    def inverse_time(self, *arguments, **more):
        return self.keras.optimizers.schedules.InverseTimeDecay(*arguments, **more)

    def leaky(self, slope, **more):
        return self.L.LeakyReLU(**{"negative_slope" if self.three else "alpha": slope}, **more)

    # The result.

    def is_model(self, model, x, y=None, **how):
        """The uncompiled model, its input(s) and target(s) as `fit` takes them, and what `compile` takes."""
        if self.page.trains:
            assert y is not None and how, self.page.name
        self.model, self.x, self.y, self.how = model, x, y, how
        self.spread()

    def sequential(self, *layers, name=None):
        return self.keras.Sequential(list(layers), name=name)

    def spread(self):
        """Gives variables values that tell each from the others: fresh ones are zeros and ones."""
        for v in self.model.weights:
            name = (v.path if self.three else v.name.split(":")[0]).split("/")[-1]
            shape = tuple(v.shape)
            near = {"bias": (-0.25, 0.25), "beta": (-0.25, 0.25), "moving_mean": (-0.25, 0.25), "gamma": (0.75, 1.5),
                    "scale": (0.75, 1.5), "moving_variance": (0.5, 2.0), "alpha": (0.1, 0.4)}.get(name)  # fmt: skip
            if near and str(v.dtype).split("'")[-2 if "'" in str(v.dtype) else -1].startswith(("float", "<dtype")):
                v.assign(self.numbers(*shape, low=near[0], high=near[1]))
            elif name in ("kernel", "embeddings"):
                fan = shape[0] if name == "kernel" else shape[1]
                v.assign(self._short(self.random.standard_normal(shape) * (1.5 / fan) ** 0.5))
