"""Dense nets: every option, initializer, regularizer and constraint."""

from .build import page


@page()
def dense_softmax(b):
    n, k, c = b.size(), b.size(), b.size(3, 5)
    b.is_model(
        b.sequential(b.L.InputLayer((n,)), b.L.Dense(k, activation="relu"), b.L.Dense(c, activation="softmax")),
        b.normal(n), b.classes(c),
        optimizer=b.keras.optimizers.SGD(0.05), loss="sparse_categorical_crossentropy", metrics=["accuracy"],
    )  # fmt: skip


@page()
def dense_without_bias(b):
    n, k = b.size(), b.size()
    dense = lambda units, **more: b.L.Dense(units, use_bias=False, **more)
    b.is_model(
        b.sequential(b.input(n), dense(k, activation="tanh"), dense(k + 1, activation="tanh"), dense(2)),
        b.normal(n), b.normal(2), optimizer="sgd", loss="mse", metrics=["mae", "mse"],
    )  # fmt: skip


@page()
def dense_on_sequences(b):
    """Dense acts on the last axis of inputs of any rank."""
    t, n, k = b.size(2, 4), b.size(), b.size()
    b.is_model(
        b.sequential(b.input(t, 2, n), b.L.Dense(k, activation="elu"), b.L.Dense(3, activation="tanh"), b.L.Flatten(),
                     b.L.Dense(1)),
        b.normal(t, 2, n), b.normal(1), optimizer="adam", loss="mean_squared_error",
    )  # fmt: skip


@page()
def dense_options(b):
    n, k = b.size(), b.size(4, 8)
    r, c = b.keras.regularizers, b.keras.constraints
    b.is_model(
        b.sequential(
            b.input(n),
            b.L.Dense(k, activation="tanh", kernel_initializer="he_normal", bias_initializer="zeros",
                      kernel_regularizer=r.L2(0.01), bias_regularizer=r.L1(0.001), activity_regularizer=r.L2(0.003),
                      kernel_constraint=c.MaxNorm(1.0), bias_constraint=c.MinMaxNorm(0.1, 0.8, rate=0.7)),
            b.L.Dense(k, activation="sigmoid", kernel_regularizer=r.L1L2(0.002, 0.004), bias_constraint=c.NonNeg(),
                      kernel_constraint=c.UnitNorm(axis=0), kernel_initializer=b.keras.initializers.LecunUniform(5)),
            b.L.Dense(2, kernel_regularizer="l1", kernel_constraint="max_norm", bias_regularizer="l2"),
        ),
        b.normal(n), b.normal(2),
        optimizer=b.keras.optimizers.RMSprop(0.01), loss="mae", metrics=["mean_squared_error"],
    )  # fmt: skip


@page()
def dense_orthogonal_regularizer(b):
    n, k = b.size(4, 8), b.size(3, 4)
    o = b.keras.regularizers.OrthogonalRegularizer
    b.is_model(
        b.sequential(b.input(n), b.L.Dense(k, kernel_regularizer=o(0.02), activation="tanh"),
                     b.L.Dense(k, kernel_regularizer=o(0.01, mode="columns")), b.L.Dense(1)),
        b.normal(n), b.normal(1), optimizer=b.keras.optimizers.SGD(0.02), loss="mse",
    )  # fmt: skip


@page()
def dense_initializers(b):
    """Every initializer, as a class with options and by name."""
    n = b.size(4, 6)
    i = b.keras.initializers
    kinds = [
        i.Zeros(), i.Ones(), i.Constant(0.3), i.RandomNormal(0.1, 0.2, seed=1), i.RandomUniform(-0.2, 0.3, seed=2),
        i.TruncatedNormal(0.0, 0.3, seed=3), i.Orthogonal(0.8, seed=4), i.Identity(0.7), i.GlorotNormal(seed=5),
        i.GlorotUniform(seed=6), i.HeNormal(seed=7), i.HeUniform(seed=8), i.LecunNormal(seed=9), i.LecunUniform(seed=10),
        i.VarianceScaling(2.0, "fan_avg", "uniform", seed=11), i.VarianceScaling(0.5, "fan_out", "untruncated_normal"),
        "glorot_normal", "he_uniform", "lecun_normal", "orthogonal", "random_normal", "ones", "identity",
    ]  # fmt: skip
    layers = [b.L.Dense(n, kernel_initializer=k, bias_initializer="zeros", activation="softsign") for k in kinds[:8]]
    wide = b.input(n)
    y = wide
    for l in layers:
        y = l(y)
    sides = [b.L.Dense(n, kernel_initializer=k, bias_initializer=i.RandomUniform(-0.1, 0.1))(wide) for k in kinds[8:]]
    out = b.L.Dense(1)(b.L.Average()([y, *sides]))
    b.is_model(b.keras.Model(wide, out), b.normal(n), b.normal(1), optimizer="sgd", loss="mse")


# TF-Keras multiplies Nadam's momenta anew for each variable, once it has been compiled to a graph.
@page(trains215=False)
def dense_deep(b):
    """Twenty hidden layers, He and ELU, Nadam: the textbook's exercise."""
    n, k = b.size(6, 9), b.size(6, 10)
    hidden = [b.L.Dense(k, activation="elu", kernel_initializer="he_normal") for _ in range(20)]
    b.is_model(
        b.sequential(b.input(n), b.L.Flatten(), *hidden, b.L.Dense(4, activation="softmax")),
        b.normal(n), b.classes(4),
        optimizer=b.keras.optimizers.Nadam(5e-4), loss="sparse_categorical_crossentropy", metrics=["accuracy"],
    )  # fmt: skip


@page(tf215=False, onnx=False)
def dense_leaky_by_config(b):
    """An activation that is a layer, and one with its own numbers, given to a Dense layer."""
    n, k = b.size(), b.size()
    b.is_model(
        b.sequential(b.input(n), b.L.Dense(k, activation=b.leaky(0.15)), b.L.Dense(k, activation=b.L.ReLU(1.5)),
                     b.L.Dense(1)),
        b.normal(n), b.normal(1), optimizer="sgd", loss="mse",
    )  # fmt: skip
