"""Keras on one of its backends, at one precision; of float64, all of it."""

import os
import warnings
from importlib.metadata import version

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["JAX_PLATFORMS"] = "cpu"
warnings.filterwarnings("ignore")

THREE = version("keras").startswith("3")
ON_JAX = THREE and os.environ["KERAS_BACKEND"] == "jax"


def started(floatx, cache):
    """Keras, or TF-Keras where that is what is installed; compiled programs are kept in the folder `cache`."""
    if ON_JAX:
        import jax

        jax.config.update("jax_enable_x64", floatx == "float64")
        # The same net is compiled for a fresh model and for the one loaded from its file.
        jax.config.update("jax_compilation_cache_dir", cache)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    import absl.logging
    import keras

    absl.logging.set_verbosity("fatal")
    keras.backend.set_floatx(floatx)
    if floatx == "float64":
        wide_types() if ON_JAX else wide_constants()
    return keras


def wide_types():
    """On JAX, Keras's table of result types turns float64 into float32, whatever floatx says.

    This entry lets float64 through, as the table does on TensorFlow; no formula is touched.
    """
    from keras.src.backend.common import dtypes

    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"


def wide_constants():
    """TensorFlow makes float32 of a number in a formula of Keras, and float64 of that: here at once.

    With this, Keras on TensorFlow comes within 1e-14 of Keras on JAX; without, Adam is 1e-6 off.
    """
    import tensorflow as tf

    cast, convert, where = tf.cast, tf.convert_to_tensor, tf.where
    plain = lambda x: isinstance(x, (int, float)) and not isinstance(x, bool)

    def cast_(x, dtype, name=None):
        return convert(x, dtype) if plain(x) else cast(x, dtype, name)

    def convert_(value, dtype=None, dtype_hint=None, name=None):
        wide = dtype is None and isinstance(value, float)
        return convert(value, tf.float64 if wide else dtype, dtype_hint, name)

    def where_(condition, x=None, y=None, name=None):
        return where(condition, cast_(x, y.dtype) if plain(x) and hasattr(y, "dtype") else x, y, name)

    for module in (tf, tf.compat.v2):
        module.cast, module.convert_to_tensor, module.where = cast_, convert_, where_
