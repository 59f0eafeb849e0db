"""What TensorBoard itself reads in wgrad's event files: `python tensorboard_side.py --wgrad PROGRAM`.

Scalars are compared with the JSON lines of the same training, histograms with the variables there are and with themselves.
"""

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile

EPOCHS = 3
VARIABLES = {"dense/kernel": 64 * 16, "dense/bias": 16, "dense_1/kernel": 16 * 8, "dense_1/bias": 8, "dense_2/kernel": 8 * 10,
             "dense_2/bias": 10}  # fmt: skip
ACTIVATIONS = {"flatten": 64 * 64, "dense": 64 * 16, "activation": 64 * 16, "dense_1": 64 * 8, "activation_1": 64 * 8,
               "dense_2": 64 * 10}  # fmt: skip


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wgrad", required=True, help="the program")
    wrong = compared(arguments.parse_args().wgrad)
    print("\n".join(wrong) or "TensorBoard reads what wgrad wrote")
    return 1 if wrong else 0


def compared(wgrad):
    """What TensorBoard reads otherwise than it was told, in words."""
    with tempfile.TemporaryDirectory(prefix="tensorboard-") as folder:
        words = ["train", "digits", "--device", "cpu", "--epochs", str(EPOCHS), "--hidden", "16,8", "--normalization", "none",
                 "--activation", "relu", "--json", "--tensorboard", folder]  # fmt: skip
        out = subprocess.run([wgrad, *words], capture_output=True, text=True, check=True).stdout
        told = [line for line in map(json.loads, out.splitlines()) if line["event"] == "epoch"]
        runs = {name: read(os.path.join(folder, name)) for name in ("train", "validation")}
    return scalars(runs, told) + histograms(runs["train"])


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0, "tensors": 0})
    board.Reload()
    return board


def scalars(runs, told):
    names = [n for n in told[0] if n == "loss" or n == "accuracy" or n == "learning_rate" or n.startswith("val_")]
    wrong = [] if len(names) == 5 else [f"the epochs tell of {names}"]
    for name in names:
        run, bare = ("validation", name[4:]) if name.startswith("val_") else ("train", name)
        found = [(e.step, e.value) for e in runs[run].Scalars(f"epoch_{bare}")]
        expected = [(i, single(epoch[name])) for i, epoch in enumerate(told)]
        if found != expected:
            wrong.append(f"{name}: {found}, not {expected}")
    return wrong


def histograms(board):
    of_variables = [(f"{n}{what}/histogram", size) for n, size in VARIABLES.items() for what in ("", "/gradient")]
    expected = dict(of_variables + [(f"{n}/activation/histogram", size) for n, size in ACTIVATIONS.items()])
    tags = set(board.Tags()["histograms"])
    wrong = [f"histograms of {sorted(tags ^ set(expected))}"] if tags != set(expected) else []
    for tag in tags & set(expected):
        events = board.Histograms(tag)
        if [e.step for e in events] != list(range(EPOCHS)):
            wrong.append(f"{tag}: steps {[e.step for e in events]}")
        for value in (e.histogram_value for e in events):
            counts, limits = list(value.bucket), list(value.bucket_limit)
            sound = (
                value.num == expected[tag] == sum(counts)
                and len(counts) == len(limits)
                and limits == sorted(limits)
                and limits[-1] == value.max >= value.min
                and value.min * value.num <= value.sum + 1e-9
                and value.sum <= value.max * value.num + 1e-9
                and value.sum**2 <= value.sum_squares * value.num * (1 + 1e-9)
            )
            if not sound:
                wrong.append(f"{tag}: {value}")
    return wrong


def single(number):
    """As float32, which scalars are kept in."""
    return struct.unpack("f", struct.pack("f", number))[0]


if __name__ == "__main__":
    sys.exit(main())
