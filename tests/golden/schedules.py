"""Learning-rate schedules: the rate at many steps, past the end too."""

import math

import numpy as np
from common import Cases, arr, keras

S = keras.optimizers.schedules

CLASSES = {
    "exponential_decay": "ExponentialDecay", "inverse_time_decay": "InverseTimeDecay",
    "piecewise_constant_decay": "PiecewiseConstantDecay", "polynomial_decay": "PolynomialDecay",
    "cosine_decay": "CosineDecay", "cosine_decay_restarts": "CosineDecayRestarts",
}  # fmt: skip

STEPS = [0, 1, 2, 3, 5, 9, 10, 11, 15, 19, 20, 21, 25, 29, 30, 31, 39, 40, 41, 50, 59, 60, 61, 79, 99, 100, 101, 150, 1000]
# Not on a restart's first step when t_mul is not 1: there the logarithm's rounding decides the cycle.
INSIDE = [0, 1, 2, 3, 5, 9, 11, 15, 18, 20, 22, 24, 26, 28, 31, 38, 41, 50, 55, 59, 61, 68, 72, 99, 101, 145, 155, 1001]

CONFIGS = {
    "exponential_decay": [
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True},
        {"initial_learning_rate": 0.05, "decay_steps": 30, "decay_rate": 0.96},
    ],
    "inverse_time_decay": [
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True},
        {"initial_learning_rate": 0.1, "decay_steps": 1, "decay_rate": 0.01},
    ],
    "piecewise_constant_decay": [
        {"boundaries": [10, 30], "values": [0.1, 0.05, 0.01]},
        {"boundaries": [1, 2, 60], "values": [1.0, 0.5, 0.25, 0.125]},
        {"boundaries": [0], "values": [0.5, 0.25]},
    ],
    "polynomial_decay": [
        {"initial_learning_rate": 0.1, "decay_steps": 40},
        {"initial_learning_rate": 0.1, "decay_steps": 40, "end_learning_rate": 0.01, "power": 2.0},
        {"initial_learning_rate": 0.1, "decay_steps": 40, "end_learning_rate": 0.0, "power": 0.5},
        {"initial_learning_rate": 0.1, "decay_steps": 20, "end_learning_rate": 0.01, "cycle": True},
        {"initial_learning_rate": 0.1, "decay_steps": 20, "end_learning_rate": 0.01, "power": 2.0, "cycle": True},
    ],
    "cosine_decay": [
        {"initial_learning_rate": 0.1, "decay_steps": 40},
        {"initial_learning_rate": 0.1, "decay_steps": 40, "alpha": 0.1},
        {"initial_learning_rate": 0.0, "decay_steps": 40, "warmup_target": 0.1, "warmup_steps": 20},
        {"initial_learning_rate": 0.01, "decay_steps": 40, "alpha": 0.01, "warmup_target": 0.1, "warmup_steps": 10},
        {"initial_learning_rate": 0.01, "decay_steps": 40, "warmup_target": 0.1, "warmup_steps": 0},
    ],
    "cosine_decay_restarts": [
        {"initial_learning_rate": 0.1, "first_decay_steps": 10},
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "alpha": 0.1},
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.0},
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5},
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.5, "m_mul": 0.75, "alpha": 0.01},
        {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 2.0, "m_mul": 0.5},
    ],
}


def one_cycle(
    step, max_lr, total_steps, pct_start=0.3, anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85,
    max_momentum=0.95, div_factor=25.0, final_div_factor=1e4, three_phase=False,
):  # fmt: skip
    """PyTorch's OneCycleLR in its own order of operations; momentum is None without cycle_momentum."""
    initial, least = max_lr / div_factor, max_lr / div_factor / final_div_factor
    if three_phase:
        phases = [
            (float(pct_start * total_steps) - 1, initial, max_lr, max_momentum, base_momentum),
            (float(2 * pct_start * total_steps) - 2, max_lr, initial, base_momentum, max_momentum),
            (total_steps - 1, initial, least, max_momentum, max_momentum),
        ]
    else:
        phases = [
            (float(pct_start * total_steps) - 1, initial, max_lr, max_momentum, base_momentum),
            (total_steps - 1, max_lr, least, base_momentum, max_momentum),
        ]

    def anneal(start, end, pct):
        if anneal_strategy == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * pct) + 1)
        return (end - start) * pct + start

    start_step = 0.0
    for i, (end_step, lr0, lr1, m0, m1) in enumerate(phases):
        if step <= end_step or i == len(phases) - 1:
            pct = (step - start_step) / (end_step - start_step)
            return anneal(lr0, lr1, pct), anneal(m0, m1, pct) if cycle_momentum else None
        start_step = end_step


ONE_CYCLE = (
    "pytorch formula: torch.optim.lr_scheduler.OneCycleLR; initial = max_lr / div_factor, least = initial / final_div_factor; "
    "phases end at step pct_start total_steps - 1 and total_steps - 1 (three_phase: also at 2 pct_start total_steps - 2): "
    "initial -> max_lr -> least (three_phase: -> initial -> least), momentum max -> base -> max (three_phase: then stays); "
    "cos: end + (start - end) / 2 (1 + cos(pi pct)); linear: start + (end - start) pct"
)


def generate():
    c = Cases("schedules")
    for name, configs in CONFIGS.items():
        for config in configs:
            def compute():
                f = getattr(S, CLASSES[name])(**config)
                geometric = name == "cosine_decay_restarts" and config.get("t_mul", 2.0) != 1.0
                steps = INSIDE if geometric else STEPS
                # The optimizer's iterations are int32 in Keras on JAX.
                rates = [np.asarray(f(keras.ops.convert_to_tensor(s, "int32"))) for s in steps]
                assert all(r.dtype == np.float64 for r in rates), rates[0].dtype
                return {"step": arr(np.array(steps)), "learning_rate": arr(np.array(rates))}

            c.add(name, config, compute)
    for config in [
        {"max_lr": 0.1, "total_steps": 50},
        {"max_lr": 0.1, "total_steps": 50, "anneal_strategy": "linear"},
        {"max_lr": 0.1, "total_steps": 40, "three_phase": True, "pct_start": 0.4},
        {"max_lr": 0.1, "total_steps": 40, "three_phase": True, "pct_start": 0.4, "anneal_strategy": "linear"},
        {"max_lr": 1.0, "total_steps": 20, "pct_start": 0.5, "div_factor": 10.0, "final_div_factor": 100.0,
         "base_momentum": 0.8, "max_momentum": 0.9},
        {"max_lr": 0.5, "total_steps": 30, "pct_start": 0.25, "cycle_momentum": False},
    ]:  # fmt: skip
        def compute():
            at = [one_cycle(s, **config) for s in range(config["total_steps"])]
            out = {"step": arr(np.arange(config["total_steps"])), "learning_rate": arr([a for a, _ in at])}
            if config.get("cycle_momentum", True):
                out["momentum"] = arr([m for _, m in at])
            return out

        c.add("one_cycle_lr", config, compute, source=ONE_CYCLE)
    return c
