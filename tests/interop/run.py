"""Keras beside wgrad, model by model: `python run.py --wgrad PROGRAM`. See README.md.

Run by `cargo xtask interop`, which makes the two environments.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import checks
import other_side
import tensorboard_side
import wgrad_side
from models import PAGES
from work import Work

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ["predict", "h5", "weights_h5", "written", "hub", "onnx", "float64", "history", "slots", "saved", "goes_on", "float32",
           "tf215", "tf215_train"]  # fmt: skip


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wgrad", required=True, help="the program")
    arguments.add_argument("--tf215", help="the Python that has TF-Keras 2.15; without it, its files are left out")
    arguments.add_argument("--work", help="folder to work in; what is done there is not done again")
    arguments.add_argument("--keep", action="store_true", help="leave a folder that was made for this run")
    arguments.add_argument("--only", action="append", default=[], help="models whose name contains this")
    arguments.add_argument("--json", help="file for the figures")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    a = arguments.parse_args()
    pages = [p for p in PAGES.values() if not a.only or any(o in p.name for o in a.only)]
    if not a.tf215:
        print("TF-Keras 2.15 is left out: no --tf215")
        pages = [p for p in pages if p.keras3]
        for page in pages:
            page.tf215 = False
    if not pages:
        sys.exit(f"no model's name contains any of {a.only}")
    root = a.work or tempfile.mkdtemp(prefix="interop-")
    try:
        figures = compared(a, root, pages)
    finally:
        if not a.work and not a.keep:
            shutil.rmtree(root)
        else:
            print(f"left in {root}")
    if a.json:
        with open(a.json, "w") as f:
            json.dump({n: {"columns": v.columns, "wrong": v.wrong, "nearer": v.nearer} for n, v in figures.items()}, f, indent=1)
    board = tensorboard_side.compared(a.wgrad)
    print("\n".join(board) or "TensorBoard reads what wgrad wrote")
    return told(figures) or bool(board)


def compared(a, root, pages):
    """Figures by the name of the model."""
    renew(root, "sources", digest(sources()), lambda: shutil.rmtree(root, ignore_errors=True))
    renew(root, "program", digest([a.wgrad]), lambda: forget_program(root))
    names = [p.name for p in pages]
    cache = os.path.join(root, "cache")
    side = lambda phase, floatx="float32", backend="jax", python=sys.executable: (
        [python, os.path.join(HERE, "keras_side.py"), phase, "--work", root, "--floatx", floatx, "--cache", cache, *names],
        {**os.environ, "KERAS_BACKEND": backend})  # fmt: skip
    old = [side("make", f, "tensorflow", a.tf215) for f in ("float32", "float64")] if a.tf215 else []
    together("Keras makes, predicts and trains", [side("make"), *old], a.jobs)
    again = [side("make64", "float64"), side("second", backend="tensorflow")]
    together("Keras trains in float64, and on its other backend", again, a.jobs)
    begun = time.monotonic()
    program = wgrad_side.Program(a.wgrad)
    with ThreadPoolExecutor(a.jobs) as pool:
        for done in [pool.submit(by_wgrad, program, Work(root, p.name), p) for p in pages]:
            done.result()
    print(f"wgrad predicts, trains and converts: {time.monotonic() - begun:.0f} s", flush=True)
    together("Keras goes on", [side("go_on"), side("go_on", "float64")], a.jobs)
    return {p.name: checks.figures(Work(root, p.name), p) for p in pages}


def by_wgrad(program, work, page):
    wgrad_side.all_of_it(program, work, page)
    if page.keras3:
        if work.has("model.onnx"):
            work.phase("onnx", lambda: other_side.check_onnx(work))
        if work.has("from_hub.keras"):
            work.phase("hub", lambda: other_side.check_hub(work))


def together(what, commands, jobs):
    """Runs processes, some at a time; what goes wrong with a model is in its folder, what ends a process ends all."""
    begun = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        codes = list(pool.map(lambda c: subprocess.run(c[0], env=c[1]).returncode, commands))
    for (words, _), code in zip(commands, codes):
        if code:
            sys.exit(f"{' '.join(words[:6])} … ended with {code}")
    print(f"{what}: {time.monotonic() - begun:.0f} s", flush=True)


def sources():
    folders = [HERE, os.path.join(HERE, "models")]
    return [os.path.join(f, n) for f in folders for n in sorted(os.listdir(f)) if n in ("backend.py", "keras_side.py", "widen.py", "work.py") or "models" in f and n.endswith(".py")]


def digest(paths):
    h = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as f:
            h.update(f.read())
    return h.hexdigest()


def renew(root, name, now, forget):
    """Forgets what was made by something else than what is there now."""
    path = os.path.join(root, name)
    if os.path.exists(path):
        with open(path) as f:
            if f.read() == now:
                return
        forget()
    os.makedirs(root, exist_ok=True)
    with open(path, "w") as f:
        f.write(now)


def forget_program(root):
    """Removes the ends of wgrad's steps and of what Keras did with its files."""
    for folder in os.listdir(root):
        if os.path.isdir(os.path.join(root, folder)):
            for name in os.listdir(os.path.join(root, folder)):
                keras_own = name.startswith(("make", "second"))
                if name.endswith((".done", ".error")) and not keras_own:
                    os.remove(os.path.join(root, folder, name))


def told(figures):
    """The table, the worst figures, what went wrong; the exit code."""
    width = max(len(n) for n in figures)
    print(f"\n{'':{width}} " + " ".join(f"{c:>11}" for c in COLUMNS))
    for name, f in figures.items():
        print(f"{name:{width}} " + " ".join(f"{cell(f.columns.get(c)):>11}" for c in COLUMNS))
    print("\nworst")
    for c in COLUMNS:
        known = [(f.columns[c]["value"], n, f.columns[c]) for n, f in figures.items() if f.columns.get(c, {}).get("value") is not None]
        if known:
            value, name, column = max(known, key=lambda k: k[0] / k[2]["bound"])
            print(f"  {c:12} {value:.2e} of {column['bound']:.1e} allowed, {name} {column['what']} ({len(known)} models)")
    nearer = {n: f.nearer for n, f in figures.items() if f.nearer}
    if nearer:
        print("\nfurther from Keras in float32 than twice its backends are apart, but nearer to Keras in float64 than it is itself")
        for name, d in nearer.items():
            print(f"  {name}: {d['to_keras']:.1e} from Keras, whose backends are {d['backends_apart']:.1e} apart; to float64 "
                  f"wgrad {d['wgrad_to_float64']:.1e}, Keras {d['keras_to_float64']:.1e}")  # fmt: skip
    wrong = {n: f.wrong for n, f in figures.items() if f.wrong}
    for name, all_of_it in wrong.items():
        print(f"\n{name}")
        for w in all_of_it:
            print(f"  {w}")
    print(f"\n{len(figures) - len(wrong)} of {len(figures)} models within all bounds")
    return 1 if wrong else 0


def cell(column):
    if column is None:
        return "-"
    if column["value"] is None:
        return "FAILED"
    return f"{column['value']:.1e}" + ("!" if column["value"] > column["bound"] else "")


if __name__ == "__main__":
    sys.exit(main())
