"""ReduceLROnPlateau and EarlyStopping, epoch by epoch, on given values of what they watch."""

import numpy as np
from common import Cases, arr, keras


class Model:
    """What the callbacks touch of a model."""

    def __init__(self, lr=0.1):
        self.optimizer = keras.optimizers.SGD(lr)
        self.stop_training = False
        self.metrics = []
        self.weights = -1
        self.restored = None

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.restored = weights


FALLING = [1.0, 0.8, 0.7, 0.69, 0.695, 0.7, 0.71, 0.68, 0.68, 0.68, 0.68, 0.5, 0.55, 0.56, 0.57, 0.58, 0.59, 0.6, 0.61, 0.62]
FLAT = [1.0] * 14
CREEPING = [1.0 - 0.00003 * i for i in range(14)]  # Never min_delta exactly: rounding would decide.
RISING = [0.5, 0.6, 0.65, 0.64, 0.65, 0.66, 0.6, 0.6, 0.7, 0.7, 0.7, 0.7, 0.69]
NAN_FIRST = [float("nan"), 1.0, 0.5, 0.25, 0.125, 0.0625]
NAN = [1.0, 0.5, float("nan"), float("nan"), 0.6, 0.4, 0.5, 0.6, 0.7]


def plateau(config, values, lr=0.1):
    m = Model(lr)
    cb = keras.callbacks.ReduceLROnPlateau(**config)
    cb.set_model(m)
    cb.on_train_begin()
    rates, waits, cooldowns = [], [], []
    for epoch, v in enumerate(values):
        cb.on_epoch_begin(epoch)
        cb.on_epoch_end(epoch, {config.get("monitor", "val_loss"): v})
        rates.append(float(m.optimizer.learning_rate.numpy()))
        waits.append(cb.wait)
        cooldowns.append(cb.cooldown_counter)
    return {"initial_learning_rate": lr, "values": arr(values), "learning_rate": arr(rates),
            "wait": arr(np.array(waits)), "cooldown_counter": arr(np.array(cooldowns))}  # fmt: skip


def stopping(config, values):
    m = Model()
    cb = keras.callbacks.EarlyStopping(**config)
    cb.set_model(m)
    cb.on_train_begin()
    waits, ran = [], 0
    for epoch, v in enumerate(values):
        m.weights = epoch  # The weights after an epoch are known by its number.
        cb.on_epoch_end(epoch, {config.get("monitor", "val_loss"): v})
        waits.append(cb.wait)
        ran = epoch + 1
        if m.stop_training:
            break
    cb.on_train_end()
    best = None if cb.best is None else float(cb.best)
    return {"values": arr(values), "epochs_run": ran, "stopped": m.stop_training, "stopped_epoch": cb.stopped_epoch,
            "best_epoch": cb.best_epoch, "best": best, "restored_epoch": m.restored, "wait": arr(np.array(waits))}  # fmt: skip


def generate():
    c = Cases("callbacks")
    acc = {"monitor": "val_accuracy", "mode": "max"}
    for config, values, lr in [
        ({}, FALLING, 0.1),
        ({"patience": 2}, FALLING, 0.1),
        ({"patience": 2, "factor": 0.5, "cooldown": 2}, FALLING, 0.1),
        ({"patience": 2, "factor": 0.5, "cooldown": 1}, FLAT, 0.1),
        ({"patience": 1, "factor": 0.5}, FLAT, 0.1),
        ({"patience": 0, "factor": 0.5}, FLAT, 0.1),
        ({"patience": 2, "factor": 0.1, "min_lr": 0.002}, FLAT, 0.1),
        ({"patience": 2}, CREEPING, 0.1),
        ({"patience": 2, "min_delta": 0.0}, CREEPING, 0.1),
        ({"patience": 3, "min_delta": 0.05, "factor": 0.5}, FALLING, 1.0),
        ({**acc, "patience": 2, "factor": 0.5}, RISING, 0.1),
        ({**acc, "patience": 1, "factor": 0.5, "min_delta": 0.02, "cooldown": 1}, RISING, 0.1),
        ({"monitor": "loss", "patience": 2, "factor": 0.5}, FALLING, 0.1),
        ({"patience": 2, "factor": 0.5}, NAN, 0.1),
        ({"patience": 2, "factor": 0.5}, NAN_FIRST, 0.1),
    ]:
        c.add("reduce_lr_on_plateau", config, lambda: plateau(config, values, lr))
    for config, values in [
        ({}, FALLING),
        ({"patience": 3}, FALLING),
        ({"patience": 4}, FALLING),
        ({"patience": 5, "restore_best_weights": True}, FALLING),
        ({"patience": 100, "restore_best_weights": True}, FALLING),
        ({"patience": 3, "min_delta": 0.05, "restore_best_weights": True}, FALLING),
        ({"patience": 3, "min_delta": -0.05}, FALLING),
        ({"patience": 3, "baseline": 0.6}, FALLING),
        ({"patience": 3, "baseline": 0.9, "restore_best_weights": True}, FALLING),
        ({"patience": 12, "baseline": 0.6, "restore_best_weights": True}, FALLING),
        ({"patience": 2, "start_from_epoch": 5}, FALLING),
        ({"patience": 2, "start_from_epoch": 5, "restore_best_weights": True}, FALLING),
        ({"patience": 3, "start_from_epoch": 100, "restore_best_weights": True}, FALLING),
        ({**acc, "patience": 2, "restore_best_weights": True}, RISING),
        ({**acc, "patience": 3, "min_delta": 0.02}, RISING),
        ({"patience": 0}, FLAT),
        ({"patience": 1}, FLAT),
        ({"patience": 2, "restore_best_weights": True}, NAN),
        ({"patience": 3, "restore_best_weights": True}, NAN_FIRST),
        ({"patience": 2}, CREEPING),
    ]:
        c.add("early_stopping", config, lambda: stopping(config, values))
    return c
