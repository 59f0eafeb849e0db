"""Constraints: weights before and after."""

import numpy as np
from common import Cases, arr, keras, numbers

CLASSES = {"max_norm": "MaxNorm", "min_max_norm": "MinMaxNorm", "non_neg": "NonNeg", "unit_norm": "UnitNorm"}

CONFIGS = {
    "max_norm": [{}, {"max_value": 1.0}, {"max_value": 1.5, "axis": 1}],
    "min_max_norm": [
        {}, {"min_value": 0.5, "max_value": 1.0}, {"min_value": 1.0, "max_value": 2.0, "rate": 0.5},
        {"min_value": 0.5, "max_value": 1.5, "rate": 0.25, "axis": 1},
    ],
    "non_neg": [{}],
    "unit_norm": [{}, {"axis": 1}],
}  # fmt: skip
FOUR = {
    "max_norm": [{"max_value": 1.0, "axis": [0, 1, 2]}, {"max_value": 1.0, "axis": -1}],
    "min_max_norm": [{"min_value": 1.0, "max_value": 2.0, "rate": 0.75, "axis": [0, 1, 2]}],
    "non_neg": [{}],
    "unit_norm": [{"axis": [0, 1, 2]}, {"axis": [0, 1]}],
}


def generate():
    c = Cases("constraints")
    w2, w4, w1 = numbers(1, (4, 3)), numbers(2, (2, 2, 3, 2)), numbers(4, (5,))
    still = numbers(3, (3, 2))
    still[:, 0] = 0.0

    def one(name, config, w, **extra):
        def compute():
            after = np.asarray(getattr(keras.constraints, CLASSES[name])(**config)(keras.ops.convert_to_tensor(w)))
            assert after.dtype == np.float64
            return {"w": arr(w), "w_after": arr(after)}

        c.add(name, config, compute, **extra)

    for name, configs in CONFIGS.items():
        for config in configs:
            one(name, config, w2)
        one(name, {}, w1)
        for config in FOUR[name]:
            one(name, config, w4)
        one(name, configs[-1] if name == "non_neg" else configs[0], still, note="a column of zeros")
    return c
