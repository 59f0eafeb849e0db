"""The models of the comparison, in the order of their numbers."""

from . import mlp, activations, normalization, structures, names, training  # noqa: F401
from .build import BATCH, PAGES, STEPS  # noqa: F401
