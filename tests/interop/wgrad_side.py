"""What wgrad does with the files Keras saved: predict, train, convert, a process each."""

import os
import shutil
import subprocess
import time

from models import STEPS

SECONDS = 120


class Program:
    """The program under test."""

    def __init__(self, path):
        self.path = os.path.abspath(path)

    def run(self, work, step, *arguments, refused=None, **tensors):
        """Runs one command once; its end is STEP.done or STEP.error, what it said STEP.log.

        Done is a command that must be `refused` when it was, by this word: of a file that is not understood, by 3.
        """

        def command():
            words = [self.path, *arguments]
            for option, given in tensors.items():
                for value in given:
                    words += [f"--{option}", value]
            begun = time.monotonic()
            done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, cwd=work.folder)
            with open(work / f"{step}.log", "w") as f:
                f.write(f"{' '.join(words)}\n{done.stdout}{done.stderr}\n{time.monotonic() - begun:.2f} s\n")
            said = [line for line in done.stderr.strip().splitlines() if line.strip()] or ["nothing was said"]
            ended = f"exit code {done.returncode}: {said[-1]}"
            if refused is not None and not (done.returncode == 3 and refused in said[-1]):
                raise RuntimeError(f"{ended}, expected exit code 3 and a refusal of {refused}")
            if refused is None and done.returncode:
                raise RuntimeError(ended)

        work.phase(step, command)
        return work.error_of(step) is None


def outputs(work, stem, like):
    """Arguments for predictions in the form of those Keras made."""
    about = work.get_json(f"{like}.json")
    work.put_json(f"{stem}.json", about)
    paths = [f"{stem}{i}.npy" for i in range(about["count"])]
    return paths if about["keys"] is None else [f"{k}={p}" for k, p in zip(about["keys"], paths)]


def predict(program, work, model, stem, like, refused=None):
    return program.run(work, stem, "predict", model, "--device", "cpu", refused=refused, input=work.tensor_files("x"),
                       output=outputs(work, stem + "_", like))  # fmt: skip


def train(program, work, page, model, out, precision, refused=None):
    shutil.rmtree(work / out, ignore_errors=True)
    return program.run(
        work, f"train_{out}", "train", "--from", model, "--no-shuffle", "--batch-size", str(page.batch), "--epochs", "1",
        "--steps", str(STEPS), "--precision", precision, "--device", "cpu", "--out", out,
        refused=refused, x=work.tensor_files("x"), y=work.tensor_files("y"),
    )  # fmt: skip


def convert(program, work, source, to, *more):
    for old in (work / to, work / os.path.dirname(to) if "/" in to else ""):
        if os.path.isfile(old):
            os.remove(old)
        elif old:
            shutil.rmtree(old, ignore_errors=True)
    return program.run(work, f"convert_{to.replace('/', '_')}", "convert", source, to, *more)


def all_of_it(program, work, page):
    """Every step for one model."""
    if page.keras3:
        with_keras_3(program, work, page)
    if page.tf215:
        for kind in ("keras", "h5"):
            predict(program, work, f"model215.{kind}", f"got215_{kind}", "predicted215_", page.refused215)
        if page.trains215:
            training = page.refused215 or page.refused_training215
            train(program, work, page, f"model64215.{page.start215}", "out64215", "float64", training)


def with_keras_3(program, work, page):
    predict(program, work, "model.keras", "got_keras", "predicted_")
    if page.h5:
        predict(program, work, "model.h5", "got_h5", "predicted_")
    if convert(program, work, "model.weights.h5", "from_weights.keras", "--model", "model.keras"):
        predict(program, work, "from_weights.keras", "got_weights", "predicted_")
    for name in ("again.keras", "again.h5", "again.weights.h5"):
        convert(program, work, "model.keras", name)
    if convert(program, work, "model.keras", "hub/model.safetensors"):
        if convert(program, work, "hub", "from_hub.keras"):
            predict(program, work, "from_hub.keras", "got_hub", "predicted_")
    if page.onnx and convert(program, work, "model.keras", "model.onnx"):
        if convert(program, work, "model.onnx", "from_onnx.keras"):
            predict(program, work, "from_onnx.keras", "got_onnx", "predicted_")
    if page.trains:
        if train(program, work, page, "model.keras", "out", "float32"):
            predict(program, work, "out/model.keras", "got_out", "predicted_")
        if train(program, work, page, "model64.keras", "out64", "float64"):
            predict(program, work, "out64/model.keras", "got_out64", "predicted_")
