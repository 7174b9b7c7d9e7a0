"""Train what the lessons speak of, from several seeds and with oneDNN off and on, and print what holds for all.

    .venv/bin/python benchmarks/claims.py                 # all lessons that have a claims.py
    .venv/bin/python benchmarks/claims.py 11 --seeds 10

For authors. A lesson says what trained networks do; one run on one processor does not tell whether it is true on
others. So the code of the page itself is run, with all of its seeds moved: by 0, which is the page as it stands, then
by 100, 200 and so on, until every claim has been measured at least --seeds times. Only those cells are run that the
claims still to be measured need; exercises are answered by the solution, figures are not drawn. All of it twice, in
processes of their own: TF_ENABLE_ONEDNN_OPTS is read when TensorFlow loads, and decides in which order sums are taken.

What is measured stands in ``solutions/LESSON/claims.py``, two dictionaries of functions of the page, whose variables
are its attributes:

    CLAIMS = {"test accuracy": lambda page: [model.score for model in page.models]}
    COMPARISONS = {"deep minus flat": lambda page: np.subtract(page.deep, page.flat)}

Each returns one number for every seed of the page. The table has the smallest and the largest of them; for a
comparison, whose numbers are differences between networks of the same seed, their mean with its interval of 95 percent
(Student's t) in front. A sentence may say what both columns show, and no more.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import dis
import json
import linecache
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType
from typing import Any
from unittest.mock import MagicMock

import numpy as np

SOLUTIONS = Path(__file__).parents[1] / "solutions"
SETTINGS = {"0": "oneDNN off", "1": "oneDNN on"}
FLAG = "TF_ENABLE_ONEDNN_OPTS"
STRIDE = 100  # from one run of the page to the next; no page's own seeds are so far apart
T_975 = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
         2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042)  # fmt: skip


def read_claims(lesson: str) -> tuple[dict[str, Callable[..., Any]], dict[str, Callable[..., Any]]]:
    """Return the claims of a lesson and its comparisons, by name."""
    found = runpy.run_path(str(SOLUTIONS / lesson / "claims.py"))
    return found["CLAIMS"], found["COMPARISONS"]


def names_claimed(lesson: str) -> set[str]:
    """Return the variables of the page that a claims.py speaks of, as ``page.name``."""
    source = ast.parse((SOLUTIONS / lesson / "claims.py").read_text(encoding="utf-8"))
    attributes = [node for node in ast.walk(source) if isinstance(node, ast.Attribute)]
    return {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "page"}


def move_seeds(shift: int) -> contextlib.ExitStack:
    """Add ``shift`` to every seed that is handed to Keras, its initializers or NumPy, until the context is left."""
    import keras

    def moved(seed: Any) -> Any:
        return seed + shift if isinstance(seed, int | np.integer) else seed

    def moving(draw: Callable[..., Any]) -> Callable[..., Any]:
        return lambda seed=None: draw(moved(seed))

    initializer = keras.initializers.RandomUniform.__base__  # of all that draw; Keras gives it no public name
    build = initializer.__init__

    def build_moved(self: Any, seed: Any = None) -> None:
        build(self, moved(seed))

    stack = contextlib.ExitStack()
    for owner, name, new in (
        (keras.utils, "set_random_seed", moving(keras.utils.set_random_seed)),
        (np.random, "default_rng", moving(np.random.default_rng)),
        (initializer, "__init__", build_moved),
    ):
        stack.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, new)
    return stack


class Page:
    """The variables that a page has after its run, as attributes; ``used`` holds the names that were asked for."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.used.add(name)
        return self._variables[name]


def names_in(code: CodeType) -> tuple[set[str], set[str]]:
    """Return the variables of the page that a cell binds, and those that it reads, in its functions too."""
    binds = {step.argval for step in dis.get_instructions(code) if step.opname in ("STORE_NAME", "STORE_GLOBAL")}
    reads = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_NAME", "LOAD_GLOBAL")}
    for inner in (constant for constant in code.co_consts if isinstance(constant, CodeType)):
        reads |= names_in(inner)[1]
    return binds, reads


def cells_for(lesson: str, names: Iterable[str]) -> list[CodeType]:
    """Return the cells of a solution, compiled, that it takes to have the variables ``names``; no check cells."""
    notebook = json.loads((SOLUTIONS / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    chosen, wanted = [], set(names)
    for cell in reversed(notebook["cells"]):
        if cell["cell_type"] != "code" or cell["metadata"].get("nbgrader", {}).get("grade"):
            continue
        source, place = "".join(cell["source"]), f"{lesson}, {cell['id']}"
        code = compile(source, place, "exec")
        binds, reads = names_in(code)
        if binds & wanted:
            linecache.cache[place] = len(source), None, source.splitlines(keepends=True), place  # tf.function reads it
            chosen.append(code)
            wanted |= reads
    return chosen[::-1]


def run_page(lesson: str, names: Iterable[str], shift: int) -> Page:
    """Run the cells that the variables ``names`` need, with all seeds moved."""
    import keras

    keras.backend.clear_session()
    variables: dict[str, Any] = {"__name__": "__main__"}
    with move_seeds(shift), contextlib.redirect_stdout(sys.stderr), contextlib.chdir(SOLUTIONS / lesson):
        for code in cells_for(lesson, names):
            exec(code, variables)
            if "plots" in variables:
                variables["plots"] = MagicMock()  # takes every call and draws nothing
    return Page(variables)


def measure(lesson: str, seeds: int) -> dict[str, list[float]]:
    """Run the page until every claim has been measured ``seeds`` times; return the numbers by claim."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    claims, comparisons = read_claims(lesson)
    waiting = {**claims, **comparisons}
    names = names_claimed(lesson)
    found: dict[str, list[float]] = {name: [] for name in waiting}
    shift = 0
    while waiting:
        began = time.perf_counter()
        page, names = run_page(lesson, names, shift), set()
        for name, number_of in list(waiting.items()):
            page.used.clear()
            numbers = [float(number) for number in np.ravel(number_of(page))]
            print(f"  {name}: {', '.join(f'{number:.3g}' for number in numbers)}", file=sys.stderr)
            found[name] += numbers
            if len(found[name]) < seeds:
                names |= page.used
            else:
                del waiting[name]
        took = f"{time.perf_counter() - began:.0f} s"
        print(f"{lesson}: oneDNN {os.environ[FLAG]}, seeds moved by {shift}: {took}", file=sys.stderr, flush=True)
        shift += STRIDE
    return found


def measure_apart(lesson: str, seeds: int, setting: str) -> dict[str, list[float]]:
    """Measure in a process of its own, in which TensorFlow loads with this setting of oneDNN."""
    command = [sys.executable, __file__, lesson, "--seeds", str(seeds), "--apart"]
    environment = {**os.environ, FLAG: setting, "PYTHONPATH": str(SOLUTIONS.parent)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def spread(numbers: list[float]) -> str:
    """Return the smallest and the largest number, and how many there are."""
    return f"{min(numbers):.3g} to {max(numbers):.3g} ({len(numbers)})"


def interval(numbers: list[float]) -> str:
    """Return the mean of some differences with its interval of 95 percent, and their spread."""
    degrees = len(numbers) - 1
    half = T_975[min(degrees, len(T_975)) - 1] * np.std(numbers, ddof=1) / np.sqrt(len(numbers))
    mean = np.mean(numbers)
    return f"{mean:+.3g} [{mean - half:+.3g}, {mean + half:+.3g}], {spread(numbers)}"


def main() -> int:
    """Read the options, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", help="lessons by number or name (default: all that make claims)")
    parser.add_argument("--seeds", type=int, default=5, help="measure every claim at least so often (default 5)")
    parser.add_argument("--apart", action="store_true", help=argparse.SUPPRESS)  # the process that measures
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error("--seeds must be at least 2: one seed shows no range")
    with_claims = sorted(path.parent.name for path in SOLUTIONS.glob("*/claims.py"))
    lessons = [name for name in with_claims if not options.lessons or name.startswith(tuple(options.lessons))]
    if not lessons:
        parser.error(f"no such lesson makes claims; these do: {', '.join(with_claims)}")
    if options.apart:
        print(json.dumps(measure(lessons[0], options.seeds)))
        return 0
    print("| Lesson | What is measured | " + " | ".join(SETTINGS.values()) + " |")
    print("|---|---|" + "---|" * len(SETTINGS), flush=True)
    for lesson in lessons:
        found = [measure_apart(lesson, options.seeds, setting) for setting in SETTINGS]
        for names, said in zip(read_claims(lesson), (spread, interval), strict=True):
            for name in names:
                print(f"| {lesson[:2]} | {name} | " + " | ".join(said(numbers[name]) for numbers in found) + " |")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
