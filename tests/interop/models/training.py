"""Optimizers with their options, schedules, losses and metrics, each on a small net."""

import numpy as np

from .build import page


def net(b, n, outputs=2, last=None):
    k = b.size(4, 7)
    return b.sequential(b.input(n), b.L.Dense(k, activation="tanh"), b.L.BatchNormalization(),
                        b.L.Dense(outputs, activation=last))  # fmt: skip


def optimizer(name, make, **how):
    """A page of one optimizer: `make` gets Keras's optimizers and schedules."""

    def f(b):
        n = b.size()
        o = b.keras.optimizers
        b.is_model(net(b, n), b.normal(n), b.normal(2), optimizer=make(o, o.schedules), loss="mse")

    f.__name__ = f"optimizer_{name}"
    page(**how)(f)


optimizer("sgd_momentum", lambda o, s: o.SGD(0.02, momentum=0.9, weight_decay=0.01))
optimizer("sgd_nesterov", lambda o, s: o.SGD(0.02, momentum=0.8, nesterov=True, clipvalue=0.05))
optimizer("adagrad", lambda o, s: o.Adagrad(0.05, initial_accumulator_value=0.2, epsilon=1e-6))
optimizer("adadelta", lambda o, s: o.Adadelta(0.5, rho=0.9))
optimizer("rmsprop", lambda o, s: o.RMSprop(0.005, rho=0.85, epsilon=1e-6))
optimizer("rmsprop_centered", lambda o, s: o.RMSprop(0.005, momentum=0.5, centered=True, weight_decay=0.02))
optimizer("adam_amsgrad", lambda o, s: o.Adam(0.01, beta_1=0.85, beta_2=0.99, amsgrad=True, global_clipnorm=0.5))
optimizer("adamw", lambda o, s: o.AdamW(0.01, weight_decay=0.05, epsilon=1e-6))
optimizer("adamax", lambda o, s: o.Adamax(0.01, clipnorm=0.3))
optimizer("nadam", lambda o, s: o.Nadam(0.005, beta_1=0.8, global_clipnorm=1.0), trains215=False)
optimizer("lion", lambda o, s: o.Lion(0.002, beta_1=0.9, beta_2=0.98, weight_decay=0.1))
optimizer("lamb", lambda o, s: o.Lamb(0.01, weight_decay=0.01), tf215=False)
optimizer("ftrl", lambda o, s: o.Ftrl(0.05, l1_regularization_strength=0.01, l2_regularization_strength=0.02,
                                      l2_shrinkage_regularization_strength=0.01, beta=0.1))  # fmt: skip
optimizer("adafactor", lambda o, s: o.Adafactor(0.01, relative_step=False), h5=False)
optimizer("adafactor_relative", lambda o, s: o.Adafactor(0.05), h5=False)
optimizer("adam_ema", lambda o, s: o.Adam(0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=5), warm=3)
# TF-Keras's averages begin with the variables, those of Keras 3 with the first step's: both go on alike.
optimizer("sgd_ema_to_the_end", lambda o, s: o.SGD(0.02, momentum=0.9, use_ema=True, ema_momentum=0.8), warm=3)
optimizer("adam_accumulated", lambda o, s: o.Adam(0.01, gradient_accumulation_steps=4), tf215=False)
optimizer("adam_exponential_decay", lambda o, s: o.Adam(s.ExponentialDecay(0.02, 7, 0.5, staircase=True)))
optimizer("sgd_inverse_time_decay", lambda o, s: o.SGD(s.InverseTimeDecay(0.05, 5, 0.5), momentum=0.9))
optimizer("nadam_piecewise_constant", lambda o, s: o.Nadam(s.PiecewiseConstantDecay([5, 12], [0.02, 0.01, 0.001])),
          trains215=False)
optimizer("adam_polynomial_decay", lambda o, s: o.Adam(s.PolynomialDecay(0.02, 15, 0.001, power=2.0, cycle=True)))
optimizer("rmsprop_cosine_decay", lambda o, s: o.RMSprop(s.CosineDecay(0.0, 18, alpha=0.1, warmup_target=0.02, warmup_steps=6)))
optimizer("sgd_cosine_restarts", lambda o, s: o.SGD(s.CosineDecayRestarts(0.05, 6, t_mul=1.5, m_mul=0.8, alpha=0.05)))


# The optimizers of before 2.11, with keys, slots and places of epsilon of their own.
# Their numbers are float32 until they have been saved once with what they remember.
legacy = {"keras3": False, "warm": 3}
optimizer("legacy_sgd", lambda o, s: o.legacy.SGD(0.02, momentum=0.9, nesterov=True, decay=0.01), **legacy)
optimizer("legacy_adam", lambda o, s: o.legacy.Adam(0.01, amsgrad=True, clipnorm=1.0), **legacy)
optimizer("legacy_adam_decay", lambda o, s: o.legacy.Adam(s.ExponentialDecay(0.02, 7, 0.5), epsilon=1e-5), **legacy)
optimizer("legacy_rmsprop", lambda o, s: o.legacy.RMSprop(0.005, momentum=0.5, centered=True), **legacy)
optimizer("legacy_adagrad", lambda o, s: o.legacy.Adagrad(0.05), refused_training215="Adagrad of Keras 3", **legacy)
optimizer("legacy_nadam", lambda o, s: o.legacy.Nadam(0.01), refused_training215="Nadam of Keras 3", **legacy)
optimizer("legacy_adadelta", lambda o, s: o.legacy.Adadelta(0.5), **legacy)
optimizer("legacy_adamax", lambda o, s: o.legacy.Adamax(0.01), **legacy)
optimizer("legacy_ftrl", lambda o, s: o.legacy.Ftrl(0.05, l1_regularization_strength=0.01), **legacy)


def loss(name, last, targets, make, metrics=(), outputs=3, **how):
    """A page of one loss: `make` gets Keras's losses, `targets` the build and the number of outputs."""

    def f(b):
        n = b.size()
        made = [m(b.keras.metrics) if callable(m) else m for m in metrics]
        b.is_model(net(b, n, outputs, last), b.normal(n), targets(b, outputs),
                   optimizer=b.keras.optimizers.SGD(0.02), loss=make(b.keras.losses), metrics=made or None)  # fmt: skip

    f.__name__ = f"loss_{name}"
    page(**how)(f)


signs = lambda b, n: (b.classes(2, n) * 2 - 1).astype(np.float32)
bits = lambda b, n: b.classes(2, n).astype(np.float32)
any_number = lambda b, n: b.normal(n)
positive = lambda b, n: b.uniform(n, low=0.5, high=3.0)
labels = lambda b, n: b.classes(n)
one_hot = lambda b, n: b.one_hot(n)
share = lambda b, n: b.probabilities(n)

loss("huber", None, any_number, lambda l: l.Huber(delta=0.7), ["mae", lambda m: m.RootMeanSquaredError(name="rmse")])
loss("log_cosh", None, any_number, lambda l: l.LogCosh(), [lambda m: m.MeanSquaredError(), "cosine_similarity"])
loss("mean_absolute_error", None, any_number, lambda l: l.MeanAbsoluteError(name="absolute"))
loss("percentage", None, positive, lambda l: "mean_absolute_percentage_error", ["mape"])
loss("squared_logarithmic", "softplus", positive, lambda l: "mean_squared_logarithmic_error")
loss("binary_logits", None, bits, lambda l: l.BinaryCrossentropy(from_logits=True, label_smoothing=0.1))
loss("binary_metrics", "sigmoid", bits, lambda l: "binary_crossentropy",
     ["accuracy", lambda m: m.Precision(thresholds=0.4), lambda m: m.Recall(), lambda m: m.AUC(num_thresholds=50),
      lambda m: m.BinaryAccuracy(threshold=0.6)], outputs=1)  # fmt: skip
loss("binary_focal", "sigmoid", bits, lambda l: l.BinaryFocalCrossentropy(gamma=1.5, apply_class_balancing=True))
loss("categorical", "softmax", one_hot, lambda l: l.CategoricalCrossentropy(label_smoothing=0.1),
     ["accuracy", lambda m: m.TopKCategoricalAccuracy(k=2)])  # fmt: skip
loss("categorical_focal", "softmax", one_hot, lambda l: l.CategoricalFocalCrossentropy(alpha=0.3))
loss("categorical_hinge", None, one_hot, lambda l: "categorical_hinge")
loss("sparse_logits", None, labels, lambda l: l.SparseCategoricalCrossentropy(from_logits=True),
     ["sparse_categorical_accuracy", lambda m: m.SparseTopKCategoricalAccuracy(k=2)])  # fmt: skip
loss("sparse_ignored_class", "softmax", labels, lambda l: l.SparseCategoricalCrossentropy(ignore_class=1))
loss("divergence", "softmax", share, lambda l: l.KLDivergence(), [lambda m: m.KLDivergence()])
loss("poisson", "exponential", positive, lambda l: "poisson")
loss("hinge", "tanh", signs, lambda l: "hinge", ["hinge"])
loss("squared_hinge", "tanh", signs, lambda l: l.SquaredHinge())
loss("cosine", None, any_number, lambda l: l.CosineSimilarity())


@page()
def f1_and_r2(b):
    n = b.size()
    x = b.input(n)
    h = b.L.Dense(6, activation="relu")(x)
    kind, value = b.L.Dense(3, activation="softmax", name="kind")(h), b.L.Dense(2, name="value")(h)
    m = b.keras.metrics
    r2 = m.R2Score()
    b.is_model(
        b.keras.Model(x, [kind, value]), b.normal(n), [b.one_hot(3), b.normal(2)], optimizer="adam",
        loss=["categorical_crossentropy", "mse"], metrics=[[m.F1Score(average="macro", threshold=0.4)], [r2]],
        weighted_metrics=[["accuracy"], ["mae"]],
    )  # fmt: skip
