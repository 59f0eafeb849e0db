"""What Keras does, for all models in one process: `python keras_side.py PHASE --work FOLDER [--floatx F] [MODEL ...]`.

    make      builds, saves, loads again, predicts, trains 20 steps
    make64    loads what `make` saved, in float64, trains 20 steps and 20 more
    second    loads what `make` saved, trains 20 steps: run on Keras's other backend
    go_on     loads what wgrad saved, predicts, trains 20 more steps

The same program serves Keras 3 on JAX and on TensorFlow, in float32 and float64, and TF-Keras 2.15. Files of float64
have 64 in their names, those of TF-Keras 215.
"""

import argparse
import os
import sys

from backend import started  # First, for it sets the environment.

import numpy as np

from models import PAGES, STEPS
from widen import widen
from work import Work

# What wgrad wrote, which Keras is to load in float32 and in float64: its name in results, its file.
WROTE = {
    "": {"out": "out/model.keras", "again": "again.keras", "again_h5": "again.h5", "again_weights": "again.weights.h5"},
    "64": {"out64": "out64/model.keras", "out64215": "out64215/model.keras"},
}


class Side:
    def __init__(self, keras, page, work, floatx):
        self.keras, self.page, self.work = keras, page, work
        self.three = keras.__version__[0] == "3"
        self.tag = ("64" if floatx == "float64" else "") + ("" if self.three else "215")

    def fresh(self):
        self.keras.backend.clear_session()
        self.keras.utils.set_random_seed(self.page.number)

    def make64(self):
        """The very file `make` saved in float32, at the width of float64."""
        work = self.work
        widen(work / "model.keras", work / "wide.keras")
        self.loaded("wide.keras").save(work / "model64.keras")
        model, (x, y) = self.loaded("model64.keras"), self.data()
        work.put_json("history64.json", self.train(model, x, y, STEPS))
        self.put_state("trained64", model)
        self.train(model, x, y, STEPS)
        self.put_state("trained_on64", model)

    def make(self):
        work, page, tag = self.work, self.page, self.tag
        self.fresh()
        b = page.build(self.keras)
        # TF-Keras has metrics that float64 is too wide for.
        left_out = ("metrics", "weighted_metrics") if tag == "64215" else ()
        how = {k: v for k, v in b.how.items() if v is not None and k not in left_out}
        if how:
            b.model.compile(**how)
        if page.warm and page.trains:
            self.train(b.model, b.x, b.y, page.warm)
        if not tag or not page.keras3:
            work.put_tensors("x", b.x)
            work.put_tensors("y", b.y)
        b.model.save(work / f"model{tag}.keras")
        b.model.save_weights(work / f"model{tag}.weights.h5")
        if page.h5 or not self.three:
            b.model.save(work / f"model{tag}.h5")
        model = self.loaded(self.start())
        work.put_tensors(f"predicted{tag}_", self.predicted(model, b.x))
        if not (page.trains if self.three else page.trains215 and tag == "64215"):
            return
        self.train(model, b.x, b.y, STEPS)
        self.put_state(f"trained{tag}", model)

    def start(self):
        """The file that both train from."""
        return f"model{self.tag}.{'keras' if self.three else self.page.start215}"

    def second(self):
        model = self.loaded("model.keras")
        x, y = self.data()
        self.train(model, x, y, STEPS)
        self.put_state("trained_second", model)

    def go_on(self):
        """Every model that wgrad wrote: those it trained, those it converted."""
        for stem, path in WROTE[self.tag].items():
            if self.work.has(path):
                self.work.phase(f"go_on_{stem}", lambda stem=stem, path=path: self.taken_up(stem, path))

    def taken_up(self, stem, path):
        x, y = self.data()
        if path.endswith(".weights.h5"):
            model = self.loaded("model.keras")
            model.load_weights(self.work / path)
        elif path.endswith(".h5"):
            model = self.from_h5(path)
        else:
            model = self.loaded(path)
        self.work.put_tensors(f"{stem}_predicted_", self.predicted(model, x))
        if stem.startswith("out"):
            self.put_state(stem, model)
        if stem == "out64":
            self.train(model, x, y, STEPS)
            self.put_state("out_on64", model)

    def from_h5(self, path):
        """Uncompiled, for Keras 3.15 cannot read a loss by its short name from there, in its own files either.

        Nor a list of axes: a model of which it cannot open its own file takes the weights.
        """
        try:
            self.loaded("model.h5", compile=False)
        except Exception:
            model = self.loaded("model.keras")
            model.load_weights(self.work / path)
            return model
        return self.loaded(path, compile=False)

    # Pieces.

    def loaded(self, name, **more):
        self.fresh()
        return self.keras.models.load_model(self.work / name, **more)

    def data(self):
        return self.work.as_given("x"), self.work.as_given("y") if self.work.has("y.json") else None

    def predicted(self, model, x):
        return model.predict(x, batch_size=64, verbose=0)

    def train(self, model, x, y, steps):
        rows = steps * self.page.batch
        cut = lambda v: {k: a[:rows] for k, a in v.items()} if isinstance(v, dict) else (
            [a[:rows] for a in v] if isinstance(v, list) else v[:rows])  # fmt: skip
        told = model.fit(cut(x), cut(y), batch_size=self.page.batch, epochs=1, shuffle=False, verbose=0)
        if self.three and getattr(model.optimizer, "use_ema", False):
            # On JAX, fit leaves averages and weights in one buffer, which the next step gives away.
            for v in model.optimizer.variables:
                v.assign(np.array(v))
        return {name: [float(v) for v in values] for name, values in told.history.items()}

    def put_state(self, name, model):
        self.work.put_arrays(f"{name}_weights.npz", [(n, np.asarray(v)) for n, v in variables(model)])
        slots = model.optimizer.variables
        slots = slots() if callable(slots) else slots
        named = [(getattr(v, "path", v.name), np.asarray(v)) for v in slots]
        self.work.put_arrays(f"{name}_optimizer.npz", named)


def variables(model):
    """Each layer's own, layer by layer, whatever is frozen; shared ones once."""
    seen, found = set(), []

    def walk(layer, path):
        inner = getattr(layer, "layers", None)
        if inner is not None:
            for l in inner:
                walk(l, path + [l.name])
            return
        if id(layer) in seen:
            return
        seen.add(id(layer))
        own = getattr(layer, "_trainable_variables", None)
        if own is None:
            own, rest = layer._trainable_weights, layer._non_trainable_weights
        else:
            rest = layer._non_trainable_variables
        for i, v in enumerate(list(own) + list(rest)):
            found.append((f"{'/'.join(path)}/{v.name.split('/')[-1].split(':')[0]}", v))

    walk(model, [])
    return found


def has(phase, page):
    """Whether there is anything to do in this phase."""
    return {"make64": page.trains, "second": page.trains and page.second}.get(phase, True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("phase", choices=["make", "make64", "second", "go_on"])
    arguments.add_argument("--work", required=True)
    arguments.add_argument("--floatx", default="float32")
    arguments.add_argument("--cache", default="")
    arguments.add_argument("models", nargs="*")
    a = arguments.parse_intermixed_args()
    keras = started(a.floatx, a.cache)
    three = keras.__version__[0] == "3"
    for page in PAGES.values():
        known = a.phase == "go_on" or (page.keras3 if three else page.tf215)
        if (a.models and page.name not in a.models) or not known or not has(a.phase, page):
            continue
        side = Side(keras, page, Work(a.work, page.name), a.floatx)
        if a.phase == "go_on":
            side.go_on()
        else:
            side.work.phase(a.phase if a.phase == "make64" else a.phase + side.tag, getattr(side, a.phase))


if __name__ == "__main__":
    sys.exit(main())
