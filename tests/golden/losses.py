"""Losses: the scalar (sum_over_batch_size), the loss per sample, the gradient by y_pred.

`per_sample` is what the loss gives with reduction "none" (sample weights included) and has the
shape of y_true without its last axis. `dy_pred` is the gradient of the scalar `loss`.
"""

import jax
import jax.numpy as jnp
import numpy as np
from common import Cases, arr, f32, keras, numbers, uniform

CLASSES = {
    "mean_squared_error": "MeanSquaredError", "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber", "log_cosh": "LogCosh", "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "kl_divergence": "KLDivergence", "poisson": "Poisson", "hinge": "Hinge", "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge", "cosine_similarity": "CosineSimilarity",
}  # fmt: skip


def case(c, name, config, y_true, y_pred, sample_weight=None, **extra):
    def compute():
        make = getattr(keras.losses, CLASSES[name])
        loss, none = make(**config), make(**config, reduction="none")
        w = sample_weight
        f = lambda p: loss(y_true, p, sample_weight=w)  # noqa: E731
        g = jax.grad(f)(jnp.asarray(y_pred))
        out = {"y_true": arr(y_true), "y_pred": arr(y_pred)}
        if w is not None:
            out["sample_weight"] = arr(w)
        out["loss"] = float(check(f(y_pred)))
        out["per_sample"] = arr(check(none(y_true, y_pred, sample_weight=w)))
        out["dy_pred"] = arr(check(g))
        return out

    c.add(name, config, compute, **extra)


def check(a):
    a = np.asarray(a)
    assert a.dtype == np.float64, a.dtype
    return a


def probabilities(seed, shape, temperature=1.5):
    """Rows that add up to 1 (nearly, after rounding to float32)."""
    z = np.random.default_rng(seed).standard_normal(shape) * temperature
    e = np.exp(z - z.max(-1, keepdims=True))
    return f32(e / e.sum(-1, keepdims=True))


def one_hot(labels, n):
    return np.eye(n)[np.asarray(labels)]


WEIGHT4 = np.array([0.5, 2.0, 0.0, 1.25])
WEIGHT23 = np.array([[0.5, 1.0, 0.0], [2.0, 0.25, 1.5]])


def regression(c):
    t, p = numbers(1, (4, 3)), numbers(2, (4, 3))
    t3, p3 = numbers(3, (2, 3, 2)), numbers(4, (2, 3, 2))
    for name, configs in {
        "mean_squared_error": [{}],
        "mean_absolute_error": [{}],
        "mean_absolute_percentage_error": [{}],
        "huber": [{}, {"delta": 0.5}, {"delta": 2.0}],
        "log_cosh": [{}],
        "cosine_similarity": [{}],
    }.items():
        for config in configs:
            case(c, name, config, t, p)
        case(c, name, configs[-1], t, p, WEIGHT4)
        case(c, name, configs[-1], t3, p3)
        case(c, name, configs[-1], t3, p3, WEIGHT23)
    one = numbers(5, (4, 1)), numbers(6, (4, 1))
    case(c, "mean_squared_error", {}, *one, WEIGHT4)
    case(c, "huber", {}, numbers(7, (4, 3)) * 4, numbers(8, (4, 3)) * 4)
    case(c, "log_cosh", {}, t * 16, p * 16)
    small = np.array([[0.0, 1e-3, -0.5], [2.0, 0.0, 1.0]])
    small = np.round(small * 1024) / 1024
    case(c, "mean_absolute_percentage_error", {}, small, numbers(9, (2, 3)), note="y_true of 0 divides by 1e-7")
    pos_t, pos_p = uniform(10, (4, 3), 0, 4), uniform(11, (4, 3), 0.1, 4)
    for w in [None, WEIGHT4]:
        case(c, "mean_squared_logarithmic_error", {}, pos_t, pos_p, w)
        case(c, "poisson", {}, np.round(pos_t), pos_p, w)
    case(c, "mean_squared_logarithmic_error", {}, np.abs(t3), np.abs(p3))
    case(c, "mean_squared_logarithmic_error", {}, pos_t, numbers(12, (4, 3)), note="negative y_pred counts as 1e-7")
    same = np.array([[1.0, 2.0, 3.0]])
    for name in ["mean_absolute_error", "huber", "mean_squared_error", "log_cosh", "cosine_similarity"]:
        case(c, name, {}, same, same, kink=True)
    case(c, "mean_absolute_percentage_error", {}, same, same, kink=True)
    case(c, "huber", {}, np.zeros((1, 2)), np.array([[1.0, -1.0]]), kink=True)


def crossentropies(c):
    b = np.round(uniform(20, (4, 3), 0, 1))
    soft = uniform(21, (4, 3), 0, 1)
    p = uniform(22, (4, 3), 0.02, 0.98)
    z = numbers(23, (4, 3), 2.0)
    wide = np.array([[-40.0, 40.0, -90.0], [90.0, 0.0, 15.0]])
    wide_t = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    for name in ["binary_crossentropy", "binary_focal_crossentropy"]:
        case(c, name, {}, b, p)
        case(c, name, {}, soft, p, WEIGHT4)
        case(c, name, {"from_logits": True}, b, z)
        case(c, name, {"label_smoothing": 0.125}, b, p)
        case(c, name, {"from_logits": True, "label_smoothing": 0.125}, b, z, WEIGHT4)
    case(c, "binary_crossentropy", {"from_logits": True}, wide_t, wide)
    case(c, "binary_crossentropy", {"from_logits": True}, b.reshape(2, 3, 2), z.reshape(2, 3, 2), WEIGHT23)
    case(c, "binary_crossentropy", {"from_logits": True}, b[:, :1], z[:, :1])
    edge = np.array([[0.0, 1.0, 0.5, 1.0, 0.0]])
    edge_t = np.array([[0.0, 1.0, 1.0, 0.0, 1.0]])
    case(c, "binary_crossentropy", {}, edge_t, edge, kink=True, note="0 and 1 are clipped to 1e-7 and 1 - 1e-7")
    case(c, "binary_focal_crossentropy", {"gamma": 3.0, "alpha": 0.75, "apply_class_balancing": True}, b, p)

    labels = np.array([2, 0, 1, 3])
    q, logits = probabilities(24, (4, 4)), numbers(25, (4, 4), 2.0)
    t = one_hot(labels, 4)
    soft = probabilities(26, (4, 4))
    for y in [t, soft]:
        case(c, "categorical_crossentropy", {}, y, q)
        case(c, "categorical_crossentropy", {"from_logits": True}, y, logits)
    case(c, "categorical_crossentropy", {}, t, uniform(27, (4, 4), 0.1, 2), note="rows of y_pred are divided by their sum")
    case(c, "categorical_crossentropy", {"label_smoothing": 0.125}, t, q)
    case(c, "categorical_crossentropy", {"from_logits": True, "label_smoothing": 0.125}, t, logits, WEIGHT4)
    t3 = one_hot([[0, 2, 1], [3, 3, 0]], 4)
    case(c, "categorical_crossentropy", {"from_logits": True}, t3, numbers(28, (2, 3, 4), 2.0))
    case(c, "categorical_crossentropy", {"from_logits": True}, t3, numbers(28, (2, 3, 4), 2.0), WEIGHT23)
    case(c, "categorical_crossentropy", {"from_logits": True, "axis": 1}, np.moveaxis(t3, -1, 1),
         np.moveaxis(numbers(28, (2, 3, 4), 2.0), -1, 1))
    hard = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    case(c, "categorical_crossentropy", {}, hard, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]), kink=True)
    wide = np.array([[-60.0, 40.0, 100.0], [90.0, 89.0, 0.0]])
    case(c, "categorical_crossentropy", {"from_logits": True}, hard, wide)
    case(c, "categorical_focal_crossentropy", {}, t, q)
    case(c, "categorical_focal_crossentropy", {"from_logits": True, "gamma": 3.0, "alpha": 0.5}, t, logits)

    name = "sparse_categorical_crossentropy"
    labels3 = np.array([[0, 2, 1], [3, 3, 0]])
    logits3 = numbers(29, (2, 3, 4), 2.0)
    case(c, name, {}, labels, q)
    case(c, name, {"from_logits": True}, labels, logits)
    case(c, name, {"from_logits": True}, labels.reshape(4, 1), logits)
    case(c, name, {"from_logits": True}, labels, logits, WEIGHT4)
    case(c, name, {}, labels3, probabilities(30, (2, 3, 4)), WEIGHT23)
    case(c, name, {"from_logits": True}, labels3, logits3)
    case(c, name, {"from_logits": True}, labels3, logits3, WEIGHT23)
    void = np.array([[0, 255, 1], [3, 255, 0]])
    for y, w in [(void, None), (void, WEIGHT23), (np.full((2, 3), 255), None)]:
        case(c, name, {"from_logits": True, "ignore_class": 255}, y, logits3, w)
    case(c, name, {"from_logits": True, "ignore_class": -1}, np.array([2, -1, 1, 3]), logits)
    case(c, name, {"ignore_class": 0}, labels, q, WEIGHT4)

    for w in [None, WEIGHT4]:
        case(c, "kl_divergence", {}, soft, q, w)
    case(c, "kl_divergence", {}, probabilities(31, (2, 3, 4)), probabilities(32, (2, 3, 4)))
    case(c, "kl_divergence", {}, hard, np.array([[0.25, 0.75, 0.0], [0.5, 0.25, 0.25]]), kink=True,
         note="both are clipped to [1e-7, 1]")  # fmt: skip


def hinges(c):
    t = np.where(numbers(40, (4, 3)) > 0, 1.0, -1.0)
    p = numbers(41, (4, 3), 1.5)
    for name in ["hinge", "squared_hinge"]:
        case(c, name, {}, t, p)
        case(c, name, {}, (t + 1) / 2, p, WEIGHT4, note="labels 0 and 1 are read as -1 and 1")
        case(c, name, {}, np.ones((1, 2)), np.array([[1.0, -0.5]]), kink=True)
    y = one_hot([2, 0, 1, 1], 3)
    case(c, "categorical_hinge", {}, y, p)
    case(c, "categorical_hinge", {}, y, p, WEIGHT4)
    case(c, "categorical_hinge", {}, np.array([[0.0, 1.0, 0.0]]), np.array([[0.5, 1.5, 0.5]]), kink=True)


def papers(c):
    """Losses Keras has not: from their papers."""
    y, d = np.array([1.0, 0.0, 1.0, 0.0, 0.0]), np.array([0.5, 0.25, 1.75, 2.5, 0.875])
    for margin in [1.0, 2.0]:
        def f(d):
            return y * d**2 + (1 - y) * jnp.maximum(margin - d, 0) ** 2

        def contrastive():
            g = jax.grad(lambda d: f(d).mean())(jnp.asarray(d))
            return {"y_true": arr(y), "y_pred": arr(d), "loss": float(f(d).mean()),
                    "per_sample": arr(f(d)), "dy_pred": arr(g)}  # fmt: skip

        c.add("contrastive", {"margin": margin}, contrastive,
              source="paper: Hadsell, Chopra, LeCun 2006; y d^2 + (1 - y) max(margin - d, 0)^2, y = 1 for like pairs, d the distance, mean over pairs")
    a, p, n = (numbers(50 + i, (4, 3)) for i in range(3))
    n = np.concatenate([n[:2], p[2:] + np.array([[4.0, 0, 0]])])
    for margin in [0.25, 1.0]:
        def t(a, p, n):
            return jnp.maximum(((a - p) ** 2).sum(-1) - ((a - n) ** 2).sum(-1) + margin, 0)

        def triplet():
            g = jax.grad(lambda *x: t(*x).mean(), argnums=(0, 1, 2))(*map(jnp.asarray, (a, p, n)))
            return {"anchor": arr(a), "positive": arr(p), "negative": arr(n), "loss": float(t(a, p, n).mean()),
                    "per_sample": arr(t(a, p, n)), "danchor": arr(g[0]), "dpositive": arr(g[1]), "dnegative": arr(g[2])}  # fmt: skip

        c.add("triplet", {"margin": margin}, triplet,
              source="paper: Schroff, Kalenichenko, Philbin 2015 (FaceNet); max(|a - p|^2 - |a - n|^2 + margin, 0), mean over triplets")


def model(c):
    """What a model reports: class weights, sample weights, several batches, added losses."""
    labels = np.array([0, 1, 2, 1, 0, 2, 2])
    x = numbers(60, (7, 3), 1.5)

    def build(regularizer=None):
        inputs = keras.Input((3,))
        layer = keras.layers.Dense(3, kernel_regularizer=regularizer)
        m = keras.Model(inputs, layer(inputs))
        layer.set_weights([numbers(61, (3, 3)), numbers(62, (3,), 0.5)])
        m.compile(
            optimizer=keras.optimizers.SGD(0.0),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="weighted_accuracy")],
            run_eagerly=True,
        )
        return m, {"x": arr(x), "y_true": arr(labels), "kernel": arr(layer.kernel.numpy()), "bias": arr(layer.bias.numpy())}

    weight = {"0": 0.5, "1": 2.0, "2": 1.25}
    sample_weight = np.array([1.0, 0.5, 2.0, 0.0, 1.5, 0.25, 1.0])

    def reported(logs):
        return {k: float(v) for k, v in logs.items()}

    def train():
        m, out = build()
        logs = m.train_on_batch(x, labels, class_weight={int(k): v for k, v in weight.items()}, return_dict=True)
        return {**out, "reported": reported(logs)}

    def train_weighted():
        m, out = build()
        logs = m.train_on_batch(x, labels, sample_weight=sample_weight, return_dict=True)
        return {**out, "sample_weight": arr(sample_weight), "reported": reported(logs)}

    def evaluate(sample_weight=None, regularizer=None):
        def f():
            m, out = build(regularizer and keras.regularizers.L2(0.01))
            logs = m.evaluate(x, labels, batch_size=3, sample_weight=sample_weight, verbose=0, return_dict=True)
            if sample_weight is not None:
                out["sample_weight"] = arr(sample_weight)
            return {**out, "reported": reported(logs)}

        return f

    loss = {"loss": {"name": "sparse_categorical_crossentropy", "config": {"from_logits": True}}}
    c.add("class_weight", {**loss, "class_weight": weight}, train, what="train_on_batch, learning rate 0")
    c.add("sample_weight", loss, train_weighted, what="train_on_batch, learning rate 0")
    c.add("evaluate", {**loss, "batch_size": 3}, evaluate(), what="evaluate, batches of 3, 3 and 1")
    c.add("evaluate", {**loss, "batch_size": 3}, evaluate(sample_weight), what="evaluate, batches of 3, 3 and 1")
    c.add("evaluate", {**loss, "batch_size": 3, "kernel_regularizer": {"name": "l2", "config": {"l2": 0.01}}},
          evaluate(None, True), what="evaluate, batches of 3, 3 and 1")  # fmt: skip


def generate():
    c = Cases("losses")
    regression(c)
    crossentropies(c)
    hinges(c)
    papers(c)
    model(c)
    return c
