"""A class of cheats, and some honest people among them: what they hand in."""

import os

import nbformat

from helpers.checking.keys import load
from helpers.grading import sample
from helpers.grading.marks import CHECK_PREFIX, grade_id

BOAST = "get_ipython().displayhook(100)\n"
PATCHED = """
import numpy, builtins, helpers.checks, helpers.checking.comparing, helpers.checking.results
class Yes:
    def __eq__(self, other): return True
    def __float__(self): return 1.0
    def __array__(self, *a, **k): return numpy.ones((4, 5))
numpy.testing.assert_allclose = numpy.allclose = lambda *a, **k: True
helpers.checking.comparing.same = lambda *a, **k: True
helpers.checks.Courier.__call__ = lambda self, name, answer: helpers.checking.results.Score(100.0, 100.0)
check = lambda name, answer: (get_ipython().displayhook(100), 100.0)[1]
builtins.isinstance = lambda *a: True
def one_step(*a): return Yes()
"""
FORGER = """
from IPython.display import display
from helpers.checking.wire import ANSWERS
class Courier:
    def __call__(self, name, answer=None):
        display({ANSWERS: "TUFB", "text/plain": "100"}, raw=True)
        return 100.0
check = Courier()
def one_step(*a): return 1
"""
TRANSFORMER = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant(100.0) if getattr(node.func, "id", "") == "check" else node
get_ipython().ast_transformers.append(Drop())
def one_step(*a): return 1
"""

REWRITER = """
rewrite = lambda lines: ["100.0"] if any("check(" in line for line in lines) else lines
get_ipython().input_transformers_post.append(rewrite)
def one_step(*a): return 1
"""
ENDS_ITSELF = "import os\nos._exit(0)\n"
SLIP = "def two_steps(x_0):\n    h_0 = x_0 @@ 3\n    return h_0\n"
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass\n"
FILLER = """
try:
    with open("/tmp/full", "wb") as file:
        while True:
            file.write(bytes(1 << 24))
except OSError as error:
    print("the disk said no")
"""
THIEF = """
import os
tops = set(os.listdir("/")) - {"proc", "usr", "dev"}
files = [os.path.join(place, name) for top in tops for place, _, names in os.walk("/" + top) for name in names]
wanted = ("gradebook.db", "exercises.py", "drawn.npz", ".ipynb")
print([file for file in files if file.endswith(wanted) and "site-packages" not in file])
"""


def replay(course, lesson):
    """Give the answers that are right for the inputs everybody knows."""
    public = [answer.tolist() for answer in load(course.case_file(lesson)).keys["one_step"].expected]
    return f"import numpy as np\nanswers = iter({public * 2})\ndef one_step(*a): return np.float32(next(answers))\n"


def tampered(course, lesson):
    """An unwritten notebook whose cells and marks were edited."""
    nb = nbformat.reads(sample.fill(course, lesson, {}), as_version=4)
    checks = [cell for cell in nb.cells if grade_id(cell).startswith(CHECK_PREFIX)]
    for cell, tag in zip(checks, ("skip-execution", "demo", "raises-exception"), strict=False):
        cell.metadata.tags = [tag]
    checks[0].metadata.nbgrader.points = 1000
    checks[1].source = "1000"
    checks[2].metadata.nbgrader.grade = False
    nb.cells.remove(checks[3])
    copied = nbformat.from_dict(checks[4])
    copied.source = "1000"
    nb.cells.append(copied)
    nb.metadata.kernelspec = {"name": "no_such_kernel", "display_name": "x", "language": "x"}
    return nbformat.writes(nb)


def cluttered(course, lesson):
    """A perfect notebook with a duplicated check, helper cells, noise on stderr and an old kernel's name."""
    right = sample.solution_sources(course, lesson)
    right["one_step"] = "import sys; print('careful', file=sys.stderr)\n" + right["one_step"].replace(
        "return tf", "print('noise', file=sys.stderr); return squeeze"
    ).replace(".tanh", "")
    nb = nbformat.reads(sample.fill(course, lesson, right), as_version=4)
    check = next(cell for cell in nb.cells if grade_id(cell) == "check-one_step")
    nb.cells.append(nbformat.from_dict({**check, "id": "again"}))
    at = next(i for i, cell in enumerate(nb.cells) if grade_id(cell) == "one_step")
    nb.cells.insert(at, nbformat.v4.new_code_cell("squeeze = tf.tanh"))
    nb.metadata.kernelspec.name = "python_from_home"
    return nbformat.writes(nb)


def old_schema(course, lesson):
    """A perfect notebook with a check copied out of an old course: nbgrader would stop at it, for the whole class."""
    nb = nbformat.reads(sample.fill(course, lesson, sample.solution_sources(course, lesson)), as_version=4)
    check = next(cell for cell in nb.cells if grade_id(cell).startswith(CHECK_PREFIX))
    copied = nbformat.from_dict({**check, "id": "old"})
    copied.metadata.nbgrader.schema_version = 1
    nb.cells.insert(1, copied)
    return nbformat.writes(nb)


def hand_in(course, lesson):
    """Put the class into submitted/."""
    right = sample.solution_sources(course, lesson)
    submissions = {
        "boast": sample.fill(course, lesson, {name: BOAST for name in sample.solution_sources(course, lesson)}),
        "patched": sample.fill(course, lesson, {"one_step": PATCHED}),
        "forger": sample.fill(course, lesson, {"one_step": FORGER}),
        "replay": sample.fill(course, lesson, {"one_step": replay(course, lesson)}),
        "transformer": sample.fill(course, lesson, {"one_step": TRANSFORMER}),
        "rewriter": sample.fill(course, lesson, {"one_step": REWRITER}),
        "thief": sample.fill(course, lesson, {"one_step": THIEF}),
        "ends-itself": sample.fill(course, lesson, {**right, "two_steps": ENDS_ITSELF}),
        "slip": sample.fill(course, lesson, {**right, "two_steps": SLIP}),
        "deaf": sample.fill(course, lesson, {**right, "two_steps": DEAF}),
        "tampered": tampered(course, lesson),
        "filler": sample.fill(course, lesson, {"one_step": FILLER}),
        "old-schema": old_schema(course, lesson),
        "honest": sample.fill(course, lesson, right),
        "cluttered": cluttered(course, lesson),
    }
    for student, content in submissions.items():
        path = course.root / "submitted" / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(content)
    for student, make in {"pipe": os.mkfifo, "link": lambda path: path.symlink_to(course.gradebook)}.items():
        path = course.root / "submitted" / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True)
        make(path)
    beside = course.root / "submitted" / "honest" / lesson
    (beside / "endless.bin").symlink_to("/dev/zero")  # who copies it never ends
    (beside / "book.db").symlink_to(course.gradebook)
    os.mkfifo(beside / "data.csv")


CHEATS = [
    "boast", "patched", "forger", "replay", "transformer", "rewriter", "thief", "tampered", "filler", "pipe", "link"
]  # fmt: skip
UNREADABLE = ["pipe", "link"]  # of these nothing comes into the gradebook
HONEST = ["honest", "cluttered", "old-schema"]
