"""Judged apart: what a student's process says of itself earns nothing; honest work loses nothing."""

import base64
import dataclasses
import io
import json
import os

import nbformat
import numpy as np
import pytest
from small_lesson import LESSON, POINTS

from helpers.checking.answers import Failure, Reply
from helpers.checking.keys import load
from helpers.checking.questions import Case, Question, Sheet
from helpers.checking.wire import WireError, read_replies, write_replies
from helpers.grading import sample
from helpers.grading.__main__ import main
from helpers.grading.batch import grade
from helpers.grading.kernels.jobs import DIED, NO_NOTEBOOK, STATUSES, TAMPERED, TIMED_OUT
from helpers.grading.marks import CHECK_PREFIX, grade_id
from helpers.probes.registry import PROBES


def parcel(meta, **arrays):
    buffer = io.BytesIO()
    np.savez(buffer, meta=np.frombuffer(json.dumps(meta).encode(), np.uint8), **arrays)
    return base64.b64encode(buffer.getvalue()).decode()


ITEM = {"answer": {"array": "a0"}, "again": None, "changed": [], "printed": ""}
ONES = np.ones((2, 3), np.float32)


def test_replies_arrive_as_they_were_sent():
    sent = [
        Reply((ONES, [np.array(3)], "B", None), changed=("xs",), printed="hello"),
        Reply(Failure("raised", "no", "line 1"), ONES),
    ]
    first, second = read_replies(write_replies(sent), 2)
    np.testing.assert_array_equal(first.answer[0], ONES)
    assert (first.answer[2:], first.changed, first.printed) == (("B", None), ("xs",), "hello")
    assert second.answer == sent[1].answer
    np.testing.assert_array_equal(second.again, ONES)


PROBE = {"probe": "TanhStep", "fields": {"kernel": 1, "recurrent_kernel": 2, "bias": 3}}


def claims_to_be_huge():
    """An npz whose header claims a terabyte."""
    content = bytearray(base64.b64decode(parcel([ITEM], a0=ONES)))
    found = content.find(b"(2, 3), }")
    content[found : found + 9] = b"(9**99,)}"
    return base64.b64encode(bytes(content)).decode()


FORGED = {
    "no text": 3,
    "not base64": "?",
    "not an archive": base64.b64encode(b"hello").decode(),
    "too few replies": parcel([]),
    "no such array": parcel([{**ITEM, "answer": {"array": "zzz"}}]),
    "objects": parcel([ITEM], a0=np.array([None])),
    "complex": parcel([ITEM], a0=ONES * 1j),
    "text array": parcel([ITEM], a0=np.array(["a"])),
    "too many numbers": parcel([ITEM], a0=np.zeros(5_000_000, np.uint8)),
    "header that lies": claims_to_be_huge(),
    "a probe": parcel([{**ITEM, "answer": PROBE}], a0=ONES),
    "a bare number": parcel([{**ITEM, "answer": 3}]),
    "deeply nested": parcel([{**ITEM, "answer": json.loads('{"list":[' * 300 + "null" + "]}" * 300)}]),
    "missing fields": parcel([{}]),
    "long failure": parcel([{**ITEM, "answer": {"failure": {"kind": "raised", "text": "x" * 10_000, "where": ""}}}]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_forged_parcels_are_refused(name):
    with pytest.raises(WireError):
        replies = read_replies(FORGED[name], 1)
        pytest.fail(f"read {replies}")


def types_in(value):
    """The types that a value is made of, all the way down."""
    if dataclasses.is_dataclass(value):
        parts = list(vars(value).values())
    elif isinstance(value, dict):
        parts = list(value.values())
    else:
        parts = list(value) if isinstance(value, list | tuple) else []
    return {type(value)}.union(*map(types_in, parts))


def test_a_kernel_gets_questions_and_nothing_else(course):
    plain = {str, bool, int, float, type(None), np.ndarray, list, tuple, dict}
    for lesson in course.lessons():
        cases = load(course.case_file(lesson))
        sheet = Sheet.from_bytes(cases.sheet.to_bytes())
        assert types_in(sheet) <= {Sheet, Question, Case} | plain | set(PROBES.values())
        assert {name: question.asks_twice for name, question in sheet.questions.items()} == {
            name: any(mistake.random for mistake in key.mistakes) for name, key in cases.keys.items()
        }
    fields = {kind: {field.name for field in dataclasses.fields(kind)} for kind in (Sheet, Question, Case)}
    assert fields == {
        Sheet: {"lesson", "questions"},
        Question: {"name", "parameters", "cases", "asks_twice"},
        Case: {"group", "inputs"},
    }, "whoever adds a field asks: may a student's process see it?"


def test_what_is_expected_is_not_in_what_a_kernel_gets(small):
    cases = load(small.case_file(LESSON))
    public = b"".join(np.asarray(leaf).tobytes() for leaf in _arrays(cases.keys["one_step"].expected))
    assert public not in cases.sheet.to_bytes()
    with pytest.raises(ValueError, match="format"):
        Sheet.from_bytes(cases.to_bytes())


def _arrays(value):
    return [value] if isinstance(value, np.ndarray) else [leaf for item in value for leaf in _arrays(item)]


# -- a class of cheats, graded for real ---------------------------------------------------

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
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass\n"
THIEF = """
import os
tops = set(os.listdir("/")) - {"proc", "usr", "dev"}
files = [os.path.join(place, name) for top in tops for place, _, names in os.walk("/" + top) for name in names]
wanted = ("gradebook.db", "exercises.py", "drawn.npz", ".ipynb")
print([file for file in files if file.endswith(wanted) and "site-packages" not in file])
"""


def replay(course):
    """Give the answers that are right for the inputs everybody knows."""
    public = [answer.tolist() for answer in load(course.case_file(LESSON)).keys["one_step"].expected]
    return f"import numpy as np\nanswers = iter({public * 2})\ndef one_step(*a): return np.float32(next(answers))\n"


def tampered(course):
    """An unwritten notebook whose cells and marks were edited."""
    nb = nbformat.reads(sample.fill(course, LESSON, {}), as_version=4)
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


def cluttered(course):
    """A perfect notebook with a duplicated check, helper cells, noise on stderr and an old kernel's name."""
    right = sample.solution_sources(course, LESSON)
    right["one_step"] = "import sys; print('careful', file=sys.stderr)\n" + right["one_step"].replace(
        "return tf", "print('noise', file=sys.stderr); return squeeze"
    ).replace(".tanh", "")
    nb = nbformat.reads(sample.fill(course, LESSON, right), as_version=4)
    check = next(cell for cell in nb.cells if grade_id(cell) == "check-one_step")
    nb.cells.append(nbformat.from_dict({**check, "id": "again"}))
    at = next(i for i, cell in enumerate(nb.cells) if grade_id(cell) == "one_step")
    nb.cells.insert(at, nbformat.v4.new_code_cell("squeeze = tf.tanh"))
    nb.metadata.kernelspec.name = "python_from_home"
    return nbformat.writes(nb)


@pytest.fixture(scope="module")
def results(small, tmp_path_factory):
    course = sample.make_course(tmp_path_factory.mktemp("cheats") / "course", small.root, LESSON)
    right = sample.solution_sources(course, LESSON)
    submissions = {
        "boast": sample.fill(course, LESSON, {name: BOAST for name in sample.solution_sources(course, LESSON)}),
        "patched": sample.fill(course, LESSON, {"one_step": PATCHED}),
        "forger": sample.fill(course, LESSON, {"one_step": FORGER}),
        "replay": sample.fill(course, LESSON, {"one_step": replay(course)}),
        "transformer": sample.fill(course, LESSON, {"one_step": TRANSFORMER}),
        "rewriter": sample.fill(course, LESSON, {"one_step": REWRITER}),
        "thief": sample.fill(course, LESSON, {"one_step": THIEF}),
        "ends-itself": sample.fill(course, LESSON, {**right, "two_steps": ENDS_ITSELF}),
        "deaf": sample.fill(course, LESSON, {**right, "two_steps": DEAF}),
        "tampered": tampered(course),
        "cluttered": cluttered(course),
    }
    for student, content in submissions.items():
        path = course.root / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(content)
    for student, make in {"pipe": os.mkfifo, "link": lambda path: path.symlink_to(course.gradebook)}.items():
        path = course.root / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        make(path)
    assert main(["--course", str(course.root), "release"]) == 0
    return course, {result.student: result for result in grade(course, LESSON)}


CHEATS = ["boast", "patched", "forger", "replay", "transformer", "rewriter", "thief", "tampered", "pipe", "link"]


@pytest.mark.parametrize("student", CHEATS)
def test_cheats_earn_nothing(results, student):
    result = results[1][student]
    assert (result.score, result.max_score) == (0, POINTS)
    assert result.status in STATUSES, "a terminal status, whatever it did"


def test_statuses_tell_what_happened(results):
    told = {name: results[1][name].status for name in ("ends-itself", "deaf", "pipe", "link", "tampered", "cluttered")}
    assert told == {
        "ends-itself": DIED,
        "deaf": TIMED_OUT,
        "pipe": NO_NOTEBOOK,
        "link": NO_NOTEBOOK,
        "tampered": TAMPERED,
        "cluttered": TAMPERED,  # it holds a check twice
    }


def test_what_was_right_before_a_kernel_ended_counts(results):
    assert results[1]["ends-itself"].score == results[1]["deaf"].score > 0


def test_nothing_can_be_stolen(results):
    graded = nbformat.read(results[0].root / "autograded" / "thief" / LESSON / f"{LESSON}.ipynb", as_version=4)
    told = next(cell.outputs for cell in graded.cells if grade_id(cell) == "one_step")
    assert [out.text for out in told] == ["[]\n"]


def test_honest_work_in_a_cluttered_notebook_loses_nothing(results):
    assert results[1]["cluttered"].score == POINTS
