"""Layers that normalize, scale, reshape and look up."""

import numpy as np

from .build import page


@page(trains215=False)
def batch_normalization_before(b):
    """The textbook's net: batch normalization before the activation, no bias, Nadam with clipping."""
    s, k = b.size(3, 5), b.size(6, 9)
    hidden = lambda: [b.L.Dense(k, kernel_initializer="he_normal", use_bias=False), b.L.BatchNormalization(),
                      b.L.Activation("elu")]  # fmt: skip
    b.is_model(
        b.sequential(b.input(s, s), b.L.Flatten(), *hidden(), *hidden(), b.L.Dense(5, activation="softmax")),
        b.normal(s, s, scale=2.0), b.classes(5),
        optimizer=b.keras.optimizers.Nadam(1e-3, clipnorm=1.0), loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )  # fmt: skip


@page()
def batch_normalization_after(b):
    n, k = b.size(), b.size()
    B = b.L.BatchNormalization
    b.is_model(
        b.sequential(b.input(n), B(momentum=0.9), b.L.Dense(k, activation="relu"), B(epsilon=1e-2, center=False),
                     b.L.Dense(k, activation="tanh"), B(scale=False, momentum=0.8), b.L.Dense(1)),
        b.normal(n), b.normal(1), optimizer=b.keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True), loss="mse",
    )  # fmt: skip


@page()
def batch_normalization_options(b):
    t, n = b.size(3, 5), b.size()
    B = b.L.BatchNormalization
    b.is_model(
        b.sequential(
            b.input(t, n), B(axis=1, center=False, scale=False), B(axis=-1, gamma_regularizer="l2", beta_constraint="non_neg"),
            B(axis=2, beta_initializer="ones", gamma_initializer="he_normal", moving_mean_initializer="ones",
              moving_variance_initializer="ones", beta_regularizer=b.keras.regularizers.L1(0.01),
              gamma_constraint=b.keras.constraints.MaxNorm(2.0)),
            b.L.Flatten(), b.L.Dense(1),
        ),
        b.normal(t, n), b.normal(1), optimizer=b.keras.optimizers.SGD(0.01), loss="mse",
    )  # fmt: skip


@page()
def batch_normalization_frozen(b):
    """Layers that do not train: statistics stand still, and what the optimizer remembers leaves them out."""
    n, k = b.size(), b.size()
    layers = [b.L.Dense(k, activation="relu"), b.L.BatchNormalization(), b.L.Dense(k, activation="tanh"),
              b.L.BatchNormalization(), b.L.Dense(2)]  # fmt: skip
    model = b.sequential(b.input(n), *layers)
    layers[0].trainable = layers[1].trainable = False
    b.is_model(model, b.normal(n), b.normal(2), optimizer=b.keras.optimizers.Adam(0.01), loss="mse")


@page()
def layer_normalization(b):
    t, n = b.size(3, 5), b.size()
    N = b.L.LayerNormalization
    # What stands between them keeps one from taking away what the one before it has learned.
    bend = lambda: b.L.Dense(n, activation="tanh")
    b.is_model(
        b.sequential(b.input(t, n), N(), bend(), N(axis=[1, 2], epsilon=1e-5), bend(), N(center=False), bend(),
                     N(axis=1, scale=False), bend(), N(gamma_regularizer="l2", beta_initializer="ones"),
                     b.L.Flatten(), b.L.Dense(2)),
        b.normal(t, n), b.normal(2), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def group_normalization(b):
    t, g, m = b.size(2, 4), b.size(2, 3), b.size(2, 3)
    N = b.L.GroupNormalization
    bend = lambda: b.L.Dense(g * m, activation="tanh")
    b.is_model(
        b.sequential(b.input(t, t + 1, g * m), N(groups=g), bend(), N(groups=-1, epsilon=1e-2), bend(),
                     N(groups=1, center=False), bend(), N(groups=m, scale=False), b.L.Flatten(), b.L.Dense(2)),
        b.normal(t, t + 1, g * m), b.normal(2), optimizer="adam", loss="mse",
    )  # fmt: skip


@page(tf215=False)
def rms_normalization(b):
    t, n = b.size(3, 5), b.size()
    N = b.L.RMSNormalization
    b.is_model(
        b.sequential(b.input(t, n), N(), b.L.Dense(n, activation="relu"), N(axis=[1, 2], epsilon=1e-4), b.L.Flatten(),
                     b.L.Dense(2)),
        b.normal(t, n), b.normal(2), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def normalization_adapted(b):
    n, k = b.size(), b.size()
    x = b.normal(n) * b.uniform(n, low=0.5, high=3.0)[:1] + b.numbers(n)
    layer = b.L.Normalization()
    layer.adapt(x)
    b.is_model(b.sequential(b.input(n), layer, b.L.Dense(k, activation="relu"), b.L.Dense(1)), x, b.normal(1),
               optimizer="sgd", loss="mse")  # fmt: skip


@page()
def normalization_given(b):
    t, n = b.size(2, 4), b.size()
    N, L = b.L.Normalization, b.L
    # Eighths, for TensorFlow takes what is given as float32.
    given = N(axis=-1, mean=[k / 8 for k in range(-2, n - 2)], variance=[(k + 4) / 8 for k in range(n)])
    b.is_model(
        b.sequential(b.input(t, n), given, L.Rescaling(0.5, offset=-0.25), N(axis=None, mean=0.25, variance=4.0),
                     N(axis=-1, mean=[0.5] * n, variance=[2.0] * n, invert=True), L.Flatten(), L.Dense(1)),
        b.normal(t, n), b.normal(1), optimizer="sgd", loss="mse",
    )  # fmt: skip


@page()
def normalization_adapted_along_axes(b):
    t, n = b.size(2, 4), b.size()
    x = b.normal(t, n, scale=2.0)
    one, all_of_it = b.L.Normalization(axis=1), b.L.Normalization(axis=None)
    one.adapt(x)
    all_of_it.adapt(x)
    b.is_model(b.sequential(b.input(t, n), one, all_of_it, b.L.Flatten(), b.L.Dense(1)), x, b.normal(1),
               optimizer="sgd", loss="mse")  # fmt: skip


@page()
def images_of_bytes(b):
    s = b.size(4, 6)
    b.is_model(
        b.sequential(b.input(s, s), b.L.Rescaling(1 / 255.0), b.L.Flatten(), b.L.Dense(6, activation="relu"),
                     b.L.Dense(4, activation="softmax")),
        b.classes(256, s, s).astype(np.float32), b.classes(4), optimizer="adam", loss="sparse_categorical_crossentropy",
    )  # fmt: skip


@page()
def shapes(b):
    p, q, r = b.size(2, 4), b.size(2, 4), b.size(2, 4)
    L = b.L
    identity = L.Identity() if hasattr(L, "Identity") else L.Activation("linear")
    b.is_model(
        b.sequential(b.input(p, q, r), L.Permute((3, 1, 2)), L.Reshape((p * r, -1)), L.Dense(q), L.Reshape((-1,)),
                     L.Reshape((p, q, r)), L.Permute((2, 1, 3)), identity, L.ActivityRegularization(l1=0.001, l2=0.002),
                     L.Flatten(), L.Dense(2)),
        b.normal(p, q, r), b.normal(2), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def embedding(b):
    v, t, n = b.size(6, 12), b.size(3, 5), b.size(2, 5)
    b.is_model(
        b.sequential(b.input(t), b.L.Embedding(v, n, embeddings_regularizer="l2", embeddings_constraint="max_norm"),
                     b.L.Flatten(), b.L.Dense(4, activation="relu"), b.L.Dense(1, activation="sigmoid")),
        b.classes(v, t), b.classes(2, 1).astype(np.float32), optimizer="adam", loss="binary_crossentropy",
        metrics=["accuracy"],
    )  # fmt: skip


# Of a table, TensorFlow gives Adagrad the rows that were looked up, a row twice as two.
@page(second=False)
def embedding_of_integers(b):
    """The input is of type int32, the table is shared by two inputs."""
    v, t, n = b.size(6, 12), b.size(3, 5), b.size(2, 5)
    one, two = b.input(t, dtype="int32", name="left"), b.input(t, dtype="int32", name="right")
    table = b.L.Embedding(v, n, embeddings_initializer="uniform", name="table")
    joined = b.L.Multiply()([b.L.Flatten()(table(one)), b.L.Flatten()(table(two))])
    b.is_model(b.keras.Model([one, two], b.L.Dense(1)(joined)), [b.classes(v, t), b.classes(v, t)], b.normal(1),
               optimizer=b.keras.optimizers.Adagrad(0.05), loss="mse")  # fmt: skip
