"""Writes the goldens: `python generate.py [FAMILY ...]` (all families when none is named)."""

import importlib
import os
import sys

FAMILIES = [
    "activations", "layers", "optimizers", "schedules", "losses",
    "metrics", "constraints", "regularizers", "initializers", "callbacks", "trainings",
]

if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    for family in sys.argv[1:] or FAMILIES:
        importlib.import_module(family).generate().write(here)
