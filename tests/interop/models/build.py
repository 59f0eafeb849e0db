"""What a model's page says of itself: the net, how it is compiled, and data of random sizes.

A page is a function of a `Build`. It is run again for every framework and precision; sizes, values and data come from
a generator seeded by the page's name, in the order in which the page asks for them, so every run makes the same.
"""

import zlib

import numpy as np

PAGES = {}
STEPS = 20
BATCH = 16


def page(**options):
    """Registers a page under its function's name; options as in `Page`."""

    def register(f):
        PAGES[f.__name__] = Page(f, **options)
        return f

    return register


class Page:
    """A model of the comparison.

    keras3      Keras 3 can say it.
    tf215       TF-Keras 2.15 can say it.
    draws       training draws random numbers, which no other engine can repeat: predictions only.
    onnx        the operator set of ONNX holds it.
    h5          Keras 3 can write it as a whole model in HDF5.
    second      Keras's two backends mean the same by it.
    named       its outputs have names of their own, which Keras tells their losses by.
    warm        steps trained before it is saved: files of a training under way hold what the optimizer remembers.
    trains215   trained by TF-Keras, too.
    refused215  what TF-Keras means by it is refused, by this word.
    refused_training215  what TF-Keras trains it by is.
    """

    def __init__(self, f, keras3=True, tf215=True, draws=False, onnx=True, h5=True, second=True, named=True, warm=None,
                 trains215=True, refused215=None, refused_training215=None):  # fmt: skip
        self.f, self.name = f, f.__name__
        self.keras3, self.tf215, self.onnx, self.h5 = keras3, tf215, onnx, h5
        self.second, self.named = second, named
        self.refused215, self.refused_training215 = refused215, refused_training215
        self.trains = not draws
        self.trains215 = self.trains and trains215
        # Half of all are fresh, a third has a short last batch: by the name, so that each is a matter of its own.
        self.number = zlib.crc32(self.name.encode())
        self.warm = 3 * (self.number % 2) if warm is None else warm
        # TF-Keras's files of its old optimizers hold their state in HDF5 only.
        self.start215 = "h5" if not keras3 or self.number // 2 % 2 else "keras"
        self.batch = BATCH
        self.rows = STEPS * BATCH - (7 if self.number % 3 == 2 else 0)

    def build(self, keras):
        b = Build(self, keras)
        self.f(b)
        return b


class Build:
    """One run of a page: `keras` is Keras 3 or TF-Keras; afterwards `model`, `x`, `y` and `how` are there."""

    def __init__(self, page, keras):
        self.page, self.keras, self.L = page, keras, keras.layers
        self.three = int(keras.__version__.split(".")[0]) >= 3
        self.random = np.random.default_rng(page.number)
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
