"""Every activation by name, as a layer, and the layers of their own."""

from .build import page

EVERYWHERE = ["linear", "relu", "elu", "selu", "gelu", "swish", "mish", "softplus", "softsign", "sigmoid", "tanh",
              "exponential", "softmax"]  # fmt: skip
KERAS_3 = ["hard_sigmoid", "relu6", "leaky_relu", "celu", "silu", "log_softmax"]


def names(b):
    return EVERYWHERE + (KERAS_3 if b.three else [])


@page()
def activations_of_dense(b):
    n, k = b.size(), b.size(3, 5)
    x = b.input(n)
    sides = [b.L.Dense(k, activation=a, name=f"dense_{a}")(x) for a in names(b)]
    out = b.L.Dense(2)(b.L.Concatenate()(sides))
    b.is_model(b.keras.Model(x, out), b.normal(n), b.normal(2), optimizer=b.keras.optimizers.SGD(1e-3), loss="mse")


@page()
def activations_as_layers(b):
    n, k = b.size(), b.size(3, 5)
    x = b.input(n)
    h = b.L.Dense(k)(x)
    sides = [b.L.Activation(a)(h) for a in names(b)] + [b.L.Activation(b.keras.activations.tanh)(h)]
    out = b.L.Dense(2)(b.L.Concatenate()(sides))
    b.is_model(b.keras.Model(x, out), b.normal(n), b.normal(2), optimizer=b.keras.optimizers.SGD(1e-3), loss="mse")


@page(keras3=False, refused215="Keras 2's hard_sigmoid")
def hard_sigmoid_of_before(b):
    """Another function than Keras 3's of that name."""
    n = b.size()
    b.is_model(b.sequential(b.input(n), b.L.Dense(3, activation="hard_sigmoid"), b.L.Dense(1)), b.normal(n), b.normal(1),
               optimizer="sgd", loss="mse")  # fmt: skip


@page()
def activation_layers(b):
    n, k = b.size(), b.size(3, 5)
    x = b.input(n)
    h = b.L.Dense(k)(x)
    L = b.L
    kinds = [b.leaky(0.3), b.leaky(0.1), L.ELU(0.7), L.ReLU(), L.ReLU(6.0), L.ReLU(2.0, 0.1, 0.25), L.Softmax(),
             L.PReLU(), L.PReLU(alpha_initializer="ones"), L.PReLU(alpha_regularizer="l2", alpha_constraint="non_neg")]  # fmt: skip
    out = L.Dense(2)(L.Concatenate()([l(h) for l in kinds]))
    b.is_model(b.keras.Model(x, out), b.normal(n), b.normal(2), optimizer="adam", loss="mse")


@page()
def activation_layers_on_planes(b):
    """PReLU with shared axes, Softmax along an axis, several axes at once."""
    t, s, n = b.size(2, 4), b.size(2, 4), b.size(2, 5)
    x = b.input(t, s, n)
    L = b.L
    kinds = [L.PReLU(shared_axes=[1]), L.PReLU(shared_axes=[1, 2]), L.Softmax(axis=1), L.Softmax(axis=-2), L.PReLU()]
    out = L.Dense(1)(L.Flatten()(L.Concatenate()([l(x) for l in kinds])))
    b.is_model(b.keras.Model(x, out), b.normal(t, s, n), b.normal(1), optimizer="adam", loss="mse")


@page(draws=True)
def self_normalizing(b):
    """SELU, LeCun, alpha dropout."""
    n, k = b.size(), b.size(6, 9)
    hidden = lambda: b.L.Dense(k, activation="selu", kernel_initializer="lecun_normal")
    b.is_model(
        b.sequential(b.input(n), hidden(), b.L.AlphaDropout(0.1), hidden(), b.L.AlphaDropout(0.2, seed=5), hidden(),
                     b.L.Dense(3, activation="softmax")),
        b.normal(n), b.classes(3),
        optimizer=b.keras.optimizers.SGD(1e-2, momentum=0.9), loss="sparse_categorical_crossentropy",
    )  # fmt: skip


@page(draws=True)
def noise_layers(b):
    t, n = b.size(3, 5), b.size()
    L = b.L
    b.is_model(
        b.sequential(b.input(t, n), L.SpatialDropout1D(0.3), L.Dense(n), L.GaussianNoise(0.2), L.GaussianDropout(0.4),
                     L.Dropout(0.5, noise_shape=(None, 1, n)), L.Flatten(), L.Dense(4), L.Dropout(0.25, seed=3),
                     L.AlphaDropout(0.1), L.Dense(2)),
        b.normal(t, n), b.normal(2), optimizer="adam", loss="mse",
    )  # fmt: skip


@page()
def noise_layers_at_rest(b):
    """Rate 0: their seeds are state all the same, between the weights of other layers."""
    t, n = b.size(3, 5), b.size()
    L = b.L
    b.is_model(
        b.sequential(b.input(t, n), L.SpatialDropout1D(0.0), L.Dense(n, activation="elu"), L.GaussianNoise(0.0), L.GaussianDropout(0.0),
                     L.BatchNormalization(), L.Dropout(0.0), L.Flatten(), L.Dense(4, activation="relu"),
                     L.AlphaDropout(0.0), L.Dense(2)),
        b.normal(t, n), b.normal(2), optimizer="adam", loss="mse",
    )  # fmt: skip
