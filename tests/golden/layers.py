"""Layers: outputs in training and in inference, gradients by inputs and weights, moved statistics.

`y` and everything after it belong to training mode; `y_inference` to inference mode with the
weights before the step. `added_loss` is what the layer adds to the model's loss for this batch,
`added_loss_dx` and `added_loss_grads` its gradients, which are in no other array.
"""

import jax
import jax.numpy as jnp
import numpy as np
from common import Cases, arr, keras, numbers, uniform
from layers_random import random_layers

L = keras.layers


def snake(variables):
    return {v.path.split("/")[-1]: v for v in variables if v.name not in ("count", "seed_generator_state")}


def layer(c, name, cls, config, inputs, kwargs=None, weights=None, adapt=None, **extra):
    """One case. `kwargs` are Keras's arguments where `config` cannot hold them as they are."""

    def compute():
        l = getattr(L, cls)(**(config if kwargs is None else kwargs))
        many = len(inputs) > 1
        shapes = [x.shape for x in inputs]
        if adapt is not None:
            l.adapt(adapt)
        elif not l.built:
            l.build(shapes if many else shapes[0])
        names = snake(l.trainable_variables + l.non_trainable_variables)
        for i, (n, v) in enumerate(names.items()):
            if adapt is None:
                fresh = uniform(70 + i, v.shape, 0.25, 2.0) if "variance" in n or n in ("gamma", "scale") else numbers(70 + i, v.shape, 0.75)
                v.assign((weights or {}).get(n, fresh))
            assert v.dtype == "float64", v.dtype
        out = {}
        if adapt is not None:
            out["adapt"] = arr(adapt)
        out["inputs"] = [arr(x) for x in inputs]
        out["weights"] = {n: arr(v.numpy()) for n, v in names.items()}

        tv = [v.value for v in l.trainable_variables]
        ntv = [v.value for v in l.non_trainable_variables]
        whole = not np.issubdtype(inputs[0].dtype, np.floating)
        xs = [jnp.asarray(x) for x in inputs]
        fixed = xs if whole else []

        def call(training):
            def f(tv, *xs):
                xs = list(xs) or fixed
                # Not stateless_call: it goes past __call__, where activity regularizers live.
                variables = zip(l.trainable_variables + l.non_trainable_variables, [*tv, *ntv])
                with keras.StatelessScope(state_mapping=list(variables), collect_losses=True) as scope:
                    y = l(xs if many else xs[0], **({"training": training} if l._call_has_training_arg else {}))
                    losses = l.losses
                ntv_after = [scope.get_current_value(v) for v in l.non_trainable_variables]
                return (y, sum(losses) if losses else None), ntv_after

            return f

        (y, _), _ = call(False)(tv, *([] if whole else xs))
        inference = np.asarray(y)
        (y, added), back, after = jax.vjp(call(True), tv, *([] if whole else xs), has_aux=True)
        assert y.dtype == np.float64, y.dtype
        dy = numbers(90, y.shape)
        zero = None if added is None else jnp.zeros_like(added)
        gtv, *gx = back((jnp.asarray(dy), zero))
        tnames = list(snake(l.trainable_variables))
        out |= {"dy": arr(dy), "y": arr(y), "y_inference": arr(inference), "dx": [arr(g) for g in gx]}
        out["grads"] = {n: arr(g) for n, g in zip(tnames, gtv)}
        moved = {v.path.split("/")[-1]: a for v, a in zip(l.non_trainable_variables, after)}
        out["non_trainable_after"] = {n: arr(a) for n, a in moved.items() if n in names}
        if added is not None:
            gtv, *gx = back((jnp.zeros_like(y), jnp.ones_like(added)))
            out["added_loss"] = float(added)
            out["added_loss_dx"] = [arr(g) for g in gx]
            out["added_loss_grads"] = {n: arr(g) for n, g in zip(tnames, gtv)}
        return out

    c.add(name, config, compute, **extra)


def core(c):
    x2, x3 = numbers(1, (4, 3)), numbers(2, (2, 3, 4))
    layer(c, "dense", "Dense", {"units": 2}, [x2])
    layer(c, "dense", "Dense", {"units": 3, "use_bias": False}, [x2])
    layer(c, "dense", "Dense", {"units": 2}, [x3])
    for activation in ["relu", "tanh", "softmax", "elu", "sigmoid", "gelu", "leaky_relu"]:
        layer(c, "dense", "Dense", {"units": 3, "activation": activation}, [x2])
    R = keras.regularizers
    layer(c, "dense", "Dense",
          {"units": 2, "kernel_regularizer": {"name": "l2", "config": {"l2": 0.125}},
           "bias_regularizer": {"name": "l1", "config": {"l1": 0.0625}},
           "activity_regularizer": {"name": "l1_l2", "config": {"l1": 0.25, "l2": 0.5}}}, [x2],
          kwargs={"units": 2, "kernel_regularizer": R.L2(0.125), "bias_regularizer": R.L1(0.0625),
                  "activity_regularizer": R.L1L2(0.25, 0.5)})  # fmt: skip
    layer(c, "dense", "Dense", {"units": 2, "activation": "relu", "activity_regularizer": {"name": "l2", "config": {"l2": 0.5}}},
          [x2], kwargs={"units": 2, "activation": "relu", "activity_regularizer": R.L2(0.5)})
    layer(c, "embedding", "Embedding", {"input_dim": 5, "output_dim": 3}, [np.array([[0, 4, 2], [2, 2, 1]])])
    layer(c, "embedding", "Embedding", {"input_dim": 5, "output_dim": 2}, [np.array([3, 3, 0, 1])])
    layer(c, "flatten", "Flatten", {}, [x3])
    layer(c, "flatten", "Flatten", {}, [numbers(3, (2, 3, 2, 2))])
    layer(c, "flatten", "Flatten", {}, [numbers(3, (3,))])
    x12 = numbers(4, (2, 12))
    for shape in [[3, 4], [-1, 6], [2, -1, 3], [12]]:
        layer(c, "reshape", "Reshape", {"target_shape": shape}, [x12])
    layer(c, "reshape", "Reshape", {"target_shape": [-1]}, [x3])
    layer(c, "permute", "Permute", {"dims": [2, 1]}, [x3])
    layer(c, "permute", "Permute", {"dims": [3, 1, 2]}, [numbers(5, (2, 2, 3, 2))])
    layer(c, "identity", "Identity", {}, [x2])
    layer(c, "activation", "Activation", {"activation": "tanh"}, [x2])
    layer(c, "rescaling", "Rescaling", {"scale": 0.0625}, [x2])
    layer(c, "rescaling", "Rescaling", {"scale": 0.125, "offset": -1.0}, [x2])
    layer(c, "rescaling", "Rescaling", {"scale": [0.5, 2.0, -1.0], "offset": [1.0, 0.0, 3.0]}, [x2])
    layer(c, "normalization", "Normalization", {}, [x2], adapt=numbers(6, (6, 3), 3.0) + 2)
    layer(c, "normalization", "Normalization", {"axis": None}, [x2], adapt=numbers(7, (6, 3), 3.0))
    layer(c, "normalization", "Normalization", {"axis": 1}, [x3], adapt=numbers(8, (3, 3, 4)))
    layer(c, "normalization", "Normalization", {"axis": [1, 2]}, [x3], adapt=numbers(8, (4, 3, 4)))
    layer(c, "normalization", "Normalization", {"mean": [1.0, 2.0, -1.0], "variance": [0.25, 4.0, 2.0]}, [x2])
    layer(c, "normalization", "Normalization", {"mean": 0.5, "variance": 2.25}, [x2])
    layer(c, "normalization", "Normalization", {"invert": True}, [x2], adapt=numbers(6, (6, 3), 3.0) + 2)
    still = numbers(9, (4, 3))
    still[:, 1] = 0.5
    layer(c, "normalization", "Normalization", {}, [x2], adapt=still, note="a constant column: standard deviation at least 1e-7")
    layer(c, "activity_regularization", "ActivityRegularization", {"l1": 0.25}, [x2])
    layer(c, "activity_regularization", "ActivityRegularization", {"l2": 0.5}, [x2])
    layer(c, "activity_regularization", "ActivityRegularization", {"l1": 0.25, "l2": 0.5}, [x3])
    layer(c, "relu", "ReLU", {}, [x2])
    layer(c, "leaky_relu", "LeakyReLU", {}, [x2])
    layer(c, "elu", "ELU", {}, [x2])
    layer(c, "softmax", "Softmax", {}, [x3])
    layer(c, "softmax", "Softmax", {"axis": 1}, [x3])


def prelu(c):
    layer(c, "prelu", "PReLU", {}, [numbers(1, (4, 3))])
    layer(c, "prelu", "PReLU", {}, [numbers(2, (2, 3, 2))])
    layer(c, "prelu", "PReLU", {"shared_axes": [1]}, [numbers(3, (2, 3, 2))])
    layer(c, "prelu", "PReLU", {"shared_axes": [1, 2]}, [numbers(4, (2, 2, 3, 2))])
    layer(c, "prelu", "PReLU", {}, [np.zeros((1, 2))], kink=True)


def normalizations(c):
    x2 = numbers(10, (5, 3), 2.0) + np.array([0.0, 3.0, -8.0])
    x3, x4 = numbers(11, (3, 4, 2)), numbers(12, (2, 3, 2, 2))
    name, cls = "batch_normalization", "BatchNormalization"
    for config in [
        {}, {"momentum": 0.9}, {"epsilon": 0.125}, {"center": False}, {"scale": False},
        {"center": False, "scale": False, "momentum": 0.5}, {"trainable": False},
    ]:  # fmt: skip
        layer(c, name, cls, config, [x2])
    layer(c, name, cls, {}, [x3])
    layer(c, name, cls, {"axis": 1}, [x3])
    layer(c, name, cls, {"axis": 2}, [x3])
    layer(c, name, cls, {}, [x4])
    layer(c, name, cls, {"axis": 1}, [x4])
    layer(c, name, cls, {"axis": 2, "momentum": 0.75}, [x4])
    layer(c, name, cls, {}, [x2[:1]], note="a batch of one row")
    layer(c, name, cls, {}, [numbers(13, (6, 2), 0.125) + 100], note="mean large beside the deviation")
    for config in [{}, {"momentum": 0.9, "axis": 1}]:
        c.add("batch_normalization_statistics", config, lambda: statistics(config))

    name, cls = "layer_normalization", "LayerNormalization"
    for config in [{}, {"epsilon": 0.125}, {"center": False}, {"scale": False}, {"center": False, "scale": False}]:
        layer(c, name, cls, config, [x2])
    for config, x in [({}, x3), ({"axis": 1}, x3), ({"axis": [1, 2]}, x3), ({"axis": [2, 3]}, x4), ({"axis": [1, 2, 3]}, x4)]:
        layer(c, name, cls, config, [x])

    g2, g3, g4 = numbers(14, (2, 6)), numbers(15, (2, 3, 4)), numbers(16, (2, 2, 2, 4))
    name, cls = "group_normalization", "GroupNormalization"
    layer(c, name, cls, {"groups": 3}, [g2])
    layer(c, name, cls, {"groups": 2}, [g3])
    layer(c, name, cls, {"groups": 1}, [g3])
    layer(c, name, cls, {"groups": -1}, [g3])
    layer(c, name, cls, {"groups": 2, "epsilon": 0.125}, [g4])
    layer(c, name, cls, {"groups": 2, "axis": 1}, [numbers(17, (2, 4, 3))])
    layer(c, name, cls, {"groups": 2, "axis": 1}, [numbers(18, (2, 4, 2, 2))])
    layer(c, name, cls, {"groups": 2, "center": False, "scale": False}, [g3])

    name, cls = "rms_normalization", "RMSNormalization"
    for config, x in [({}, x2), ({"epsilon": 0.125}, x2), ({}, x3)]:
        layer(c, name, cls, config, [x])


def statistics(config):
    """Moving statistics over 20 steps of batches of one shape."""
    l = L.BatchNormalization(**config)
    batches = np.stack([numbers(100 + i, (4, 2), 1 + i / 8) + np.round(8 * np.sin(i)) / 8 for i in range(20)])
    after = []
    for i, x in enumerate(batches):
        l(x, training=True)
        if i in (0, 1, 19):
            after.append({"step": i + 1, "moving_mean": arr(l.moving_mean.numpy()), "moving_variance": arr(l.moving_variance.numpy())})
    x = numbers(99, (3, 2))
    return {"batches": arr(batches), "after": after, "x": arr(x), "y_inference": arr(l(x, training=False))}


def merging(c):
    a, b, d = (numbers(20 + i, (3, 4)) for i in range(3))
    for name in ["add", "multiply", "average", "maximum", "minimum"]:
        layer(c, name, name.capitalize(), {}, [a, b])
        layer(c, name, name.capitalize(), {}, [a, b, d])
    layer(c, "subtract", "Subtract", {}, [a, b])
    x3, y3 = numbers(23, (2, 3, 2)), numbers(24, (2, 1, 2))
    for name in ["add", "multiply", "maximum"]:
        layer(c, name, name.capitalize(), {}, [x3, y3], note="broadcast")
    for name in ["maximum", "minimum"]:
        layer(c, name, name.capitalize(), {}, [np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]])], kink=True)
        layer(c, name, name.capitalize(), {}, [np.ones((1, 1))] * 3, kink=True)
    layer(c, "concatenate", "Concatenate", {}, [a, numbers(25, (3, 2))])
    layer(c, "concatenate", "Concatenate", {"axis": 1}, [x3, numbers(26, (2, 2, 2)), y3])
    layer(c, "concatenate", "Concatenate", {"axis": -1}, [x3, numbers(27, (2, 3, 1))])
    layer(c, "dot", "Dot", {"axes": 1}, [a, b])
    layer(c, "dot", "Dot", {"axes": 1, "normalize": True}, [a, b])
    layer(c, "dot", "Dot", {"axes": -1}, [a, b])
    p, q = numbers(28, (2, 3, 4)), numbers(29, (2, 4, 2))
    layer(c, "dot", "Dot", {"axes": [2, 1]}, [p, q])
    layer(c, "dot", "Dot", {"axes": [2, 2]}, [p, numbers(30, (2, 3, 4))])
    layer(c, "dot", "Dot", {"axes": [2, 1], "normalize": True}, [p, q])


def generate():
    c = Cases("layers")
    core(c)
    prelu(c)
    normalizations(c)
    merging(c)
    random_layers(c, layer)
    return c
