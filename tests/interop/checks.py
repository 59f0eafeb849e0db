"""Distances between what Keras and wgrad came to, and the bounds on them."""

import csv

import numpy as np

OUTPUTS = 1e-5
FLOAT64 = 1e-8
FLOAT32 = 1e-5
# Keras computes metrics in float32 in a model of float64.
HISTORY = 1e-5
# Beneath these, a number counts as noise: a variable's root mean square, a slot's, an output's largest.
SMALL_VARIABLE, SMALL_SLOT, SMALL_OUTPUT = 1e-3, 1e-6, 1e-3


# What a column says of a file that must be refused, and was.
REFUSED = "refused"


class Missed(Exception):
    """A comparison that could not be made."""


def of_outputs(got, expected):
    """max |a - b| / max |b|, the worst output."""
    if len(got) != len(expected):
        raise Missed(f"{len(got)} outputs, expected {len(expected)}")
    worst = 0.0
    for a, b in zip(got, expected):
        if a.shape != b.shape:
            raise Missed(f"shape {a.shape}, expected {b.shape}")
        a, b = np.float64(a), np.float64(b)
        worst = max(worst, number(np.abs(a - b).max() / max(np.abs(b).max(), SMALL_OUTPUT)))
    return worst


def of_variables(got, expected, small=SMALL_VARIABLE):
    """|a - b| / |b| in the Euclidean norm of each variable, the worst of them, and its name."""
    if [a.shape for _, a in got] != [b.shape for _, b in expected]:
        raise Missed(f"{len(got)} variables {[a.shape for _, a in got]}, expected {len(expected)} {[b.shape for _, b in expected]}"[:400])
    worst, name = 0.0, ""
    for (_, a), (n, b) in zip(got, expected):
        if not np.issubdtype(b.dtype, np.floating):
            if not np.array_equal(a, b):
                raise Missed(f"{n} is {a.ravel()[:4]}, expected {b.ravel()[:4]}")
            continue
        a, b = np.float64(a), np.float64(b)
        d = number(np.linalg.norm(a - b) / max(np.linalg.norm(b), small * b.size**0.5))
        if d > worst:
            worst, name = d, n[:60]
    return worst, name


def of_histories(work, named):
    """Loss and metrics of the epoch, each by its name in Keras; where names are not their own, the loss."""
    with open(work / "out64/history.csv") as f:
        got = {name: float(value) for name, value in next(csv.DictReader(f)).items() if name is not None and value}
    worst, worst_name = 0.0, ""
    for name, (expected, *_) in work.get_json("history64.json").items():
        if not named and name != "loss":
            continue
        if name not in got:
            raise Missed(f"no {name} among {sorted(got)}")
        d = number(abs(got[name] - expected) / max(abs(expected), SMALL_OUTPUT))
        if d > worst:
            worst, worst_name = d, name
    return worst, worst_name


def number(d):
    """Not a number is as far as can be."""
    return float("inf") if np.isnan(d) else float(d)


class Figures:
    """The figures of one model: {column: {"value", "bound", "what"}}, and what went wrong."""

    def __init__(self, work):
        self.work, self.columns, self.wrong = work, {}, []
        self.nearer = None

    def check(self, column, bound, measure, *needs):
        """`measure` gives a distance, or one and a name. Worst of all checks of a column."""
        for step in needs:
            error = self.work.error_of(step)
            if error:
                self.miss(column, f"{step}: {error}")
                return
        try:
            value = measure()
        except (Missed, OSError, KeyError, ValueError) as error:
            self.miss(column, f"{type(error).__name__ if not isinstance(error, Missed) else 'compared'}: {error}"[:400])
            return
        value, what = value if isinstance(value, tuple) else (value, "")
        old = self.columns.get(column)
        if old is None or old["value"] is not None and value / bound > old["value"] / old["bound"]:
            self.columns[column] = {"value": value, "bound": bound, "what": what}
        if value > bound:
            self.wrong.append(f"{column}: {value:.2e} > {bound:.1e} {what}")

    def refused(self, column, *steps):
        """Steps that are done when the program refused the file by its word."""
        errors = [f"{step}: {error}" for step in steps if (error := self.work.error_of(step))]
        if errors:
            self.miss(column, errors[0])
        else:
            self.columns.setdefault(column, {"value": None, "bound": None, "what": REFUSED})

    def miss(self, column, why):
        self.columns[column] = {"value": None, "bound": None, "what": why}
        self.wrong.append(f"{column}: {why}")

    # Measures between files of the model's folder.

    def outputs(self, got, expected):
        return lambda: of_outputs(self.work.tensors(got), self.work.tensors(expected))

    def variables(self, got, expected, **more):
        return lambda: of_variables(self.work.arrays(got + ".npz"), self.work.arrays(expected + ".npz"), **more)


def figures(work, page):
    f = Figures(work)
    if page.keras3:
        of_keras_3(f, page)
    if page.tf215:
        for kind in ("keras", "h5"):
            if page.refused215:
                f.refused("tf215", "make215", f"got215_{kind}")
            else:
                f.check("tf215", OUTPUTS, f.outputs(f"got215_{kind}_", "predicted215_"), "make215", f"got215_{kind}")
        if page.refused215 or page.refused_training215:
            f.refused("tf215_train", "make64215", "train_out64215")
        elif page.trains215:
            needs = ["make64215", "train_out64215", "go_on_out64215"]
            f.check("tf215_train", FLOAT64, f.variables("out64215_weights", "trained64215_weights"), *needs)
    return f


def of_keras_3(f, page):
    f.check("predict", OUTPUTS, f.outputs("got_keras_", "predicted_"), "make", "got_keras")
    if page.h5:
        f.check("h5", OUTPUTS, f.outputs("got_h5_", "predicted_"), "got_h5")
    f.check("weights_h5", OUTPUTS, f.outputs("got_weights_", "predicted_"), "convert_from_weights.keras", "got_weights")
    for stem, name in [("again", "again.keras"), ("again_h5", "again.h5"), ("again_weights", "again.weights.h5")]:
        f.check("written", OUTPUTS, f.outputs(f"{stem}_predicted_", "predicted_"), f"convert_{name}", f"go_on_{stem}")
    f.check("hub", OUTPUTS, f.outputs("got_hub_", "predicted_"), "convert_hub_model.safetensors", "convert_from_hub.keras", "got_hub")
    f.check("hub", OUTPUTS, lambda: 0.0, "hub")
    if page.onnx:
        f.check("onnx", OUTPUTS, f.outputs("onnx_ran_", "predicted_"), "convert_model.onnx", "onnx")
        f.check("onnx", OUTPUTS, f.outputs("got_onnx_", "predicted_"), "convert_from_onnx.keras", "got_onnx")
    if not page.trains:
        return
    needs = ["make64", "train_out64", "go_on_out64"]
    f.check("history", HISTORY, lambda: of_histories(f.work, page.named), "make64", "train_out64")
    f.check("float64", FLOAT64, f.variables("out64_weights", "trained64_weights"), *needs)
    f.check("slots", FLOAT64, f.variables("out64_optimizer", "trained64_optimizer", small=SMALL_SLOT), *needs)
    f.check("saved", OUTPUTS, f.outputs("out64_predicted_", "got_out64_"), "got_out64", *needs)
    f.check("goes_on", FLOAT64, f.variables("out_on64_weights", "trained_on64_weights"), *needs)
    needs = ["make", "train_out", "go_on_out"]
    f.check("saved", OUTPUTS, f.outputs("out_predicted_", "got_out_"), "got_out", *needs)
    apart = 0.0
    if page.second:
        try:
            apart, _ = f.variables("trained_second_weights", "trained_weights")()
        except (Missed, OSError) as error:
            f.miss("float32", f"Keras's backends: {f.work.error_of('second') or error}"[:300])
            return
    bound = max(FLOAT32, 2 * apart)
    try:
        got, exact, own = [f.variables(a, b)()[0] for a, b in [
            ("out_weights", "trained_weights"), ("out_weights", "trained64_weights"), ("trained_weights", "trained64_weights")]]  # fmt: skip
        if got > bound and exact < own / 2:
            # Keras rounds the powers of beta in float32, alike on both backends; here they are exact.
            f.nearer = {"wgrad_to_float64": exact, "keras_to_float64": own, "backends_apart": apart, "to_keras": got}
            bound = max(bound, 2 * own)
    except (Missed, OSError):
        pass  # Told by the check.
    f.check("float32", bound, f.variables("out_weights", "trained_weights"), *needs)
