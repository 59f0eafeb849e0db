"""Graphs: many inputs and outputs, shared layers, models within models."""

import numpy as np

from .build import page


@page()
def merges(b):
    n = b.size()
    one, two, three = b.input(n, name="one"), b.input(n, name="two"), b.input(n, name="three")
    L = b.L
    all_three = [one, two, three]
    sides = [L.Add()(all_three), L.Subtract()([one, two]), L.Multiply()(all_three), L.Average()(all_three),
             L.Maximum()(all_three), L.Minimum()([two, three]), L.Concatenate(axis=1)([one, three]),
             L.Dot(axes=1)([one, two]), L.Dot(axes=(1, 1), normalize=True)([two, three])]  # fmt: skip
    out = L.Dense(1)(L.Dense(4, activation="tanh")(L.Concatenate()(sides)))
    b.is_model(b.keras.Model(all_three, out), [b.normal(n), b.normal(n), b.normal(n)], b.normal(1),
               optimizer="adam", loss="mse")  # fmt: skip


@page()
def merges_of_planes(b):
    t, s, n = b.size(2, 4), b.size(2, 4), b.size(2, 4)
    one, two = b.input(t, n, name="first"), b.input(s, n, name="second")
    L = b.L
    scores = L.Dot(axes=(2, 2))([one, two])
    beside = L.Concatenate(axis=1)([one, two])
    row = L.Dense(n)(L.Flatten()(one))
    # A row is stretched over planes of the same rank.
    sums = L.Add()([L.Reshape((1, n))(row), one])
    out = L.Dense(2)(L.Concatenate()([L.Flatten()(v) for v in (scores, beside, sums)]))
    b.is_model(b.keras.Model([one, two], out), [b.normal(t, n), b.normal(s, n)], b.normal(2), optimizer="sgd", loss="mae")


@page()
def wide_and_deep(b):
    n, k = b.size(), b.size()
    x = b.input(n, name="input")
    normal = b.L.Normalization()
    data = b.normal(n, scale=2.0)
    normal.adapt(data)
    h = normal(x)
    deep = b.L.Dense(k, activation="relu")(b.L.Dense(k, activation="relu")(h))
    out = b.L.Dense(1, name="output")(b.L.Concatenate()([h, deep]))
    b.is_model(b.keras.Model(x, out, name="wide_and_deep"), data, b.normal(1),
               optimizer=b.keras.optimizers.Adam(1e-2), loss="mse", metrics=["root_mean_squared_error" if b.three else
               b.keras.metrics.RootMeanSquaredError()])  # fmt: skip


@page()
def inputs_and_outputs(b):
    n, m, k = b.size(), b.size(), b.size()
    wide, deep = b.input(n, name="input_wide"), b.input(m, name="input_deep")
    h = b.L.Dense(k, activation="relu", name="hidden")(deep)
    joined = b.L.Concatenate()([wide, h])
    main = b.L.Dense(1, name="output")(joined)
    side = b.L.Dense(1, name="aux_output")(h)
    b.is_model(
        b.keras.Model([wide, deep], [main, side]), [b.normal(n), b.normal(m)], [b.normal(1), b.normal(1)],
        optimizer=b.keras.optimizers.Adam(1e-2), loss=["mse", "mae"], loss_weights=[0.9, 0.1],
        metrics=[["mae"], ["mse"]],
    )  # fmt: skip


@page()
def dictionaries(b):
    n, m = b.size(), b.size()
    one, two = b.input(n, name="price"), b.input(m, name="area")
    h = b.L.Dense(5, activation="relu")(b.L.Concatenate()([one, two]))
    kind = b.L.Dense(3, activation="softmax", name="kind")(h)
    value = b.L.Dense(1, name="value")(h)
    b.is_model(
        b.keras.Model({"price": one, "area": two}, {"value": value, "kind": kind}),
        {"price": b.normal(n), "area": b.normal(m)}, {"value": b.normal(1), "kind": b.classes(3)},
        optimizer="adam", loss={"value": "mse", "kind": "sparse_categorical_crossentropy"},
        loss_weights={"value": 0.3, "kind": 1.0}, metrics={"value": ["mae"], "kind": ["accuracy"]},
    )  # fmt: skip


@page()
def one_input_in_a_list(b):
    n = b.size()
    x = b.input(n)
    b.is_model(b.keras.Model([x], [b.L.Dense(2, activation="tanh")(x)]), b.normal(n), b.normal(2), optimizer="sgd",
               loss=["mse"])  # fmt: skip


@page()
def siamese(b):
    """One tower on two inputs: layers with two calls each."""
    n, k = b.size(), b.size()
    left, right = b.input(n, name="left"), b.input(n, name="right")
    one, two = b.L.Dense(k, activation="relu"), b.L.Dense(k, activation="tanh")
    a, c = two(one(left)), two(one(right))
    out = b.L.Dense(1, activation="sigmoid")(b.L.Subtract()([a, c]))
    b.is_model(b.keras.Model([left, right], out), [b.normal(n), b.normal(n)], b.classes(2, 1).astype(np.float32),
               optimizer="rmsprop", loss="binary_crossentropy", metrics=["binary_accuracy"])  # fmt: skip


@page()
def same_layer_in_a_row(b):
    n = b.size()
    x = b.input(n)
    layer, norm = b.L.Dense(n, activation="tanh"), b.L.BatchNormalization()
    y = norm(layer(norm(layer(layer(x)))))
    b.is_model(b.keras.Model(x, b.L.Dense(1)(y)), b.normal(n), b.normal(1), optimizer="sgd", loss="mse")


def tower(b, n, k, name=None):
    return b.sequential(b.input(n), b.L.Dense(k, activation="relu"), b.L.BatchNormalization(), b.L.Dense(k), name=name)


def graph(b, n, k, name=None):
    x = b.input(n)
    h = b.L.Dense(k, activation="relu")(x)
    return b.keras.Model(x, b.L.Add()([b.L.Dense(n)(h), x]), name=name)


@page()
def sequential_within_functional(b):
    n, k = b.size(), b.size()
    x = b.input(n)
    y = b.L.Concatenate()([tower(b, n, k)(x), x])
    b.is_model(b.keras.Model(x, b.L.Dense(1)(y)), b.normal(n), b.normal(1), optimizer="adam", loss="mse")


@page()
def functional_within_sequential(b):
    n, k = b.size(), b.size()
    b.is_model(b.sequential(b.input(n), b.L.Dense(n), graph(b, n, k), b.L.Dense(1)), b.normal(n), b.normal(1),
               optimizer="adam", loss="mse")  # fmt: skip


@page()
def two_models_of_one_class(b):
    n, k = b.size(), b.size()
    x = b.input(n)
    y = b.L.Add()([tower(b, n, k, "right")(x), tower(b, n, k, "left")(x)])
    z = graph(b, k, n, "second")(graph(b, k, n + 1, "first")(y))
    b.is_model(b.keras.Model(x, b.L.Dense(1)(z)), b.normal(n), b.normal(1), optimizer="adam", loss="mse")


@page()
def shared_model(b):
    """One model called on two inputs."""
    n, k = b.size(), b.size()
    left, right = b.input(n), b.input(n)
    shared = tower(b, n, k, "tower")
    out = b.L.Dense(1)(b.L.Concatenate()([shared(left), shared(right)]))
    b.is_model(b.keras.Model([left, right], out), [b.normal(n), b.normal(n)], b.normal(1),
               optimizer=b.keras.optimizers.SGD(0.01, momentum=0.5), loss="mse")  # fmt: skip


@page()
def models_three_deep(b):
    n, k = b.size(), b.size()
    inner = b.sequential(b.input(n), b.L.Dense(n, activation="tanh"), graph(b, n, k, "innermost"), name="inner")
    x = b.input(n)
    middle = b.keras.Model(x, b.L.Multiply()([inner(x), b.L.Dense(n)(x)]), name="middle")
    b.is_model(b.sequential(b.input(n), middle, b.L.Dense(2)), b.normal(n), b.normal(2), optimizer="adam", loss="mse")


@page(named=False)
def autoencoder(b):
    """Encoder and decoder are models; the decoder takes two inputs and gives two outputs."""
    n, k = b.size(5, 9), b.size(2, 4)
    x = b.input(n, name="x")
    encoder = b.keras.Model(x, [b.L.Dense(k, name="mean")(x), b.L.Dense(k, name="log_variance")(x)], name="encoder")
    m, v = b.input(k, name="m"), b.input(k, name="v")
    joined = b.L.Concatenate()([m, v])
    decoder = b.keras.Model([m, v], [b.L.Dense(n)(joined), b.L.Dense(1)(joined)], name="decoder")
    image = b.input(n, name="image")
    again, score = decoder(encoder(image))
    b.is_model(b.keras.Model(image, [again, score]), b.normal(n), [b.normal(n), b.normal(1)],
               optimizer="adam", loss="mse")  # fmt: skip


@page()
def frozen_within(b):
    """Transfer: a model of trained layers that stand still, and a new head."""
    n, k = b.size(), b.size()
    base = tower(b, n, k, "base")
    base.trainable = False
    b.is_model(b.sequential(b.input(n), base, b.L.Dense(3, activation="softmax")), b.normal(n), b.classes(3),
               optimizer=b.keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")  # fmt: skip


@page()
def outputs_in_the_middle(b):
    """An output that another layer uses too, and the same tensor as two outputs of different losses."""
    n = b.size()
    x = b.input(n)
    h = b.L.Dense(n, activation="sigmoid", name="middle")(x)
    out = b.L.Dense(2, name="end")(b.L.Add()([h, x]))
    b.is_model(b.keras.Model(x, [out, h]), b.normal(n), [b.normal(2), b.uniform(n)], optimizer="sgd",
               loss=["mse", "binary_crossentropy"], loss_weights=[1.0, 0.5])  # fmt: skip
