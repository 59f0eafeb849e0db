"""Shared by the generators: inputs, arrays, cases, the watch over float32."""

import json
import math
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

import keras  # noqa: E402
import numpy as np  # noqa: E402
from jax._src import core  # noqa: E402
from keras.src.backend.common import dtypes  # noqa: E402

keras.config.set_floatx("float64")
# On JAX, Keras's table of result types turns float64 into float32 (keras/src/backend/common/
# dtypes.py, BIT64_TO_BIT32_DTYPE), whatever floatx says. This entry lets float64 through, as
# the table does on TensorFlow; no formula is touched.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"


class Watch:
    """Notes every primitive whose result is float32 while it is on.

    The output's type does not tell whether a number went through float32 on its way, so
    each primitive is looked at when it is bound (jit off, so that none hides in a cache).
    """

    def __init__(self):
        self.seen = set()
        self.on = False
        plain = core.Primitive.bind
        watch = self

        def bind(self, *args, **params):
            out = plain(self, *args, **params)
            if watch.on:
                for o in out if isinstance(out, (list, tuple)) else [out]:
                    if getattr(o, "dtype", None) in (np.float32, np.float16):
                        watch.seen.add(self.name)
            return out

        core.Primitive.bind = bind

    def __enter__(self):
        self.seen = set()
        self.on = True
        self.nojit = jax.disable_jit()
        self.nojit.__enter__()
        return self

    def __exit__(self, *error):
        self.on = False
        self.nojit.__exit__(*error)


WATCH = Watch()


def number(v):
    """A number as JSON text that round-trips; what JSON has no word for becomes a string."""
    if isinstance(v, (bool, np.bool_)):
        return "1" if v else "0"
    if isinstance(v, (int, np.integer)):
        return str(int(v))
    v = float(v)
    if math.isnan(v):
        return '"nan"'
    if math.isinf(v):
        return '"inf"' if v > 0 else '"-inf"'
    return repr(v)


class Array:
    def __init__(self, a):
        self.a = np.asarray(a)


def arr(a):
    return Array(a)


def text(v):
    if isinstance(v, Array):
        shape = ",".join(str(d) for d in v.a.shape)
        data = ",".join(number(x) for x in v.a.ravel().tolist())
        return f'{{"shape":[{shape}],"data":[{data}]}}'
    if isinstance(v, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{text(x)}" for k, x in v.items()) + "}"
    if isinstance(v, (list, tuple)):
        return "[" + ",".join(text(x) for x in v) + "]"
    if v is None:
        return "null"
    if isinstance(v, (bool, np.bool_)):
        return "true" if v else "false"
    if isinstance(v, str):
        return json.dumps(v)
    return number(v)


def has_f32(v):
    if isinstance(v, Array):
        return v.a.dtype in (np.float32, np.float16)
    if isinstance(v, dict):
        return any(has_f32(x) for x in v.values())
    if isinstance(v, (list, tuple)):
        return any(has_f32(x) for x in v)
    return isinstance(v, np.float32)


class Cases:
    """The cases of one family, in the order they were added."""

    def __init__(self, family):
        self.family = family
        self.cases = []
        self.count = {}

    def add(self, name, config, compute, source="keras", **extra):
        """Runs `compute` (no arguments, gives the dict of a case's arrays) under the watch."""
        with WATCH as w:
            body = compute()
        n = self.count[name] = self.count.get(name, -1) + 1
        f32 = bool(w.seen) or has_f32(body)
        if f32:
            print(f"  float32 in {self.family} {name}/{n}: {sorted(w.seen)}")
        self.cases.append(
            {
                "family": self.family,
                "name": name,
                "id": f"{name}/{n}",
                "config": config,
                "precision": "float32" if f32 else "float64",
                "source": source,
                **extra,
                **body,
            }
        )

    def write(self, folder):
        path = os.path.join(folder, self.family + ".json")
        with open(path, "w", newline="\n") as f:
            f.write("[\n" + ",\n".join(text(c) for c in self.cases) + "\n]\n")
        print(f"{self.family}: {len(self.cases)} cases, {os.path.getsize(path)} bytes")


def numbers(seed, shape, scale=1.0, bits=8):
    """Normal numbers, multiples of 2^-bits: exact in float32 and short in text; none is zero."""
    r = np.random.default_rng(seed)
    x = np.round(r.standard_normal(shape) * scale * 2.0**bits)
    x = np.where(x == 0, 1.0, x)
    return x / 2.0**bits


def uniform(seed, shape, low, high, bits=8):
    """Uniform numbers in [low, high], multiples of 2^-bits."""
    r = np.random.default_rng(seed)
    return np.round(r.uniform(low, high, shape) * 2.0**bits) / 2.0**bits


def f32(a):
    """Rounded to float32 and widened again."""
    return np.asarray(a, np.float64).astype(np.float32).astype(np.float64)


def vjp(f, dy, *args):
    """y, gradients by each argument."""
    y, back = jax.vjp(f, *[jax.numpy.asarray(a) for a in args])
    return np.asarray(y), [np.asarray(g) for g in back(jax.numpy.asarray(dy, y.dtype))]
