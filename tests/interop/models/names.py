"""Names that mislead: data sets are named by class and index, users' names are attributes."""

from .build import page


@page()
def names_crossed(b):
    """Every name belongs to another layer's data set."""
    n = b.size()
    D, B = b.L.Dense, b.L.BatchNormalization
    b.is_model(
        b.sequential(b.input(n), D(n, name="dense_2", activation="relu"), D(n, name="dense_1", activation="tanh"),
                     B(name="dense"), D(n, name="batch_normalization", activation="elu"), B(name="batch_normalization_1"),
                     D(n + 1, name="dense_3"), D(1, name="dense_10")),
        b.normal(n), b.normal(1), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def names_of_the_format(b):
    n = b.size()
    D = b.L.Dense
    b.is_model(
        b.sequential(b.input(n), D(n, name="vars"), D(n, name="layers", activation="tanh"), D(n, name="optimizer"),
                     D(n, name="0"), D(n, name="model_weights"), D(1, name="layer_names"), name="layers"),
        b.normal(n), b.normal(1), optimizer="adam", loss="mse",
    )  # fmt: skip


# TensorFlow refuses such names as soon as a model is trained.
@page(tf215=False, second=False)
def names_of_people(b):
    n = b.size()
    D = b.L.Dense
    b.is_model(
        b.sequential(b.input(n), D(n, name="first layer", activation="relu"), D(n, name="Schicht zwei (µ)"),
                     D(n, name="层"), D(n, name="../up"[3:]), D(n, name="a.b:0"), D(1, name='"quoted"\\')),
        b.normal(n), b.normal(1), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def names_of_blocks(b):
    """Scopes written with a separator; TF-Keras lets names have slashes."""
    n = b.size()
    D = b.L.Dense
    slash = "." if b.three else "/"
    b.is_model(
        b.sequential(b.input(n), D(n, name=f"block1{slash}dense", activation="relu"), D(n, name=f"block1{slash}out"),
                     D(n, name=f"block1{slash}dense{slash}kernel"), D(1, name="block1")),
        b.normal(n), b.normal(1), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def thirteen_of_a_class(b):
    """Past nine, dense_10 stands before dense_2 in a sorted folder."""
    n = b.size(3, 5)
    b.is_model(
        b.sequential(b.input(n), *[b.L.Dense(n, activation="softsign") for _ in range(12)], b.L.Dense(1)),
        b.normal(n), b.normal(1), optimizer=b.keras.optimizers.Adam(0.005), loss="mse",
    )  # fmt: skip


@page()
def order_of_creation(b):
    """Layers made, and called, in another order than the graph has them."""
    n = b.size()
    x = b.input(n)
    last, middle, first = b.L.Dense(1), b.L.Dense(n, activation="tanh"), b.L.Dense(n, activation="relu")
    side = b.L.Dense(n, use_bias=False)(x)
    deep = middle(first(x))
    b.is_model(b.keras.Model(x, last(b.L.Multiply()([side, deep]))), b.normal(n), b.normal(1), optimizer="adam", loss="mse")


@page()
def names_too_long_for_an_attribute(b):
    """The list of names takes more than 64 KB, and becomes several attributes."""
    n = b.size(2, 3)
    b.is_model(
        b.sequential(b.input(n), *[b.L.Dense(n, activation="tanh", name=f"layer{i}_" + "x" * 6000) for i in range(12)],
                     b.L.Dense(1)),
        b.normal(n), b.normal(1), optimizer="sgd", loss="mse",
    )  # fmt: skip
