"""Judged apart: what a student's process says of itself earns nothing; honest work loses nothing."""

import base64
import dataclasses
import io
import json
import os
import subprocess
import sys

import attacks
import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook
from small_lesson import LESSON, POINTS

from helpers.checking.answers import Failure, Reply
from helpers.checking.keys import CaseFile, Key, load
from helpers.checking.questions import Case, Question, Sheet
from helpers.checking.wire import WireError, read_replies, write_replies
from helpers.grading import sample
from helpers.grading.batch import grade
from helpers.grading.judge import judge_run
from helpers.grading.kernels.jobs import DIED, GRADED, MEMORY, NO_NOTEBOOK, STATUSES, TAMPERED, TIMED_OUT
from helpers.grading.marks import grade_id
from helpers.probes.registry import PROBES


def parcel(meta, **arrays):
    buffer = io.BytesIO()
    np.savez(buffer, meta=np.frombuffer(json.dumps(meta).encode(), np.uint8), **arrays)
    return base64.b64encode(buffer.getvalue()).decode()


ITEM = {"answer": {"array": "a0"}, "again": None, "changed": [], "printed": ""}
ONES = np.ones((2, 3), np.float32)


def test_replies_arrive_as_they_were_sent():
    sent = [
        Reply((ONES, [np.array(3)], "B", None, (True, [4, 0.5])), changed=("xs",), printed="hello"),
        Reply(Failure("raised", "no", "line 1"), ONES),
    ]
    first, second = read_replies(write_replies(sent), 2)
    np.testing.assert_array_equal(first.answer[0], ONES)
    assert (first.answer[2:], first.changed, first.printed) == (("B", None, (True, [4, 0.5])), ("xs",), "hello")
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
    "a number too large": parcel([{**ITEM, "answer": 10**30}]),
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


@pytest.fixture(scope="module")
def results(small, tmp_path_factory):
    """The class graded by `make grade`: its course, and the records by student."""
    course = sample.make_course(tmp_path_factory.mktemp("cheats") / "course", small.root, LESSON)
    attacks.hand_in(course, LESSON)
    return course, {result.student: result for result in grade(course, LESSON)}


@pytest.mark.parametrize("student", attacks.CHEATS)
def test_cheats_earn_nothing(results, student):
    result = results[1][student]
    assert (result.score, result.max_score) == (0, POINTS)
    assert result.status in STATUSES, "a terminal status, whatever it did"


def test_statuses_tell_what_happened(results):
    wanted = {
        "ends-itself": DIED,
        "deaf": TIMED_OUT,
        "pipe": NO_NOTEBOOK,
        "link": NO_NOTEBOOK,
        "tampered": TAMPERED,
        "cluttered": TAMPERED,  # it holds a check twice
        "old-schema": TAMPERED,
        "honest": TAMPERED,  # links and a pipe lie beside it
    }
    assert {name: results[1][name].status for name in wanted} == wanted


def test_what_was_right_before_a_kernel_ended_counts(results):
    assert results[1]["ends-itself"].score == results[1]["deaf"].score > 0


def said(results, student, exercise):
    return next(item.says for item in results[1][student].items if item.exercise == exercise)


def test_a_cell_without_an_answer_says_why(results):
    words = "The cell of `two_steps` cannot be run: SyntaxError in line 2 (`h_0 = x_0 @@ 3`): invalid syntax"
    assert said(results, "slip", "two_steps") == words
    for exercise in ("two_steps", "count_parameters"):
        words = "The kernel ended by itself in the cell of `two_steps`: this check had no answer by then."
        assert said(results, "ends-itself", exercise) == words
        assert "ended at its time limit in the cell of `two_steps`" in said(results, "deaf", exercise)


def error(kind, text):
    return nbformat.v4.new_output("error", ename=kind, evalue=text, traceback=[])


def judged(answer_outputs, check_outputs, status=GRADED, run=(True, True)):
    answer = nbformat.v4.new_code_cell("# a\n\ndef a(x):\n    return (x", outputs=answer_outputs)
    check = nbformat.v4.new_code_cell('check("a", a)', outputs=check_outputs)
    answer.metadata.nbgrader = {"grade": False, "solution": True, "grade_id": "a"}
    check.metadata.nbgrader = {"grade": True, "solution": False, "grade_id": "check-a"}
    for cell, was_run in zip((answer, check), run, strict=True):
        # Empty: a kernel that ends at once may not have said that it was busy.
        cell.metadata.update({"execution": {}} if was_run else {})
    cases = CaseFile("x", "", 0, {"a": Question("a", (), ())}, {"a": Key(1.0, (), 0.0, 0.0, "", ())})
    (verdict,) = judge_run(cases, nbformat.v4.new_notebook(cells=[answer, check]), status)[1]
    return verdict.says[0]


UNDEFINED = [error("NameError", "name 'a' is not defined")]


def test_reasons_for_silence():
    assert judged([], []) == "The cell gave no answer."
    assert judged([], UNDEFINED) == "The cell of the check stopped with NameError: name 'a' is not defined"
    stopped = judged([error("ValueError", "no\nluck")], UNDEFINED)
    assert stopped == "The cell of `a` stopped with ValueError: no luck"
    open_bracket = judged([error("SyntaxError", "'(' was never closed (12.py, line 4)")], UNDEFINED)
    assert open_bracket == "The cell of `a` cannot be run: SyntaxError in line 4 (`return (x`): '(' was never closed"
    assert judged([error("SyntaxError", "odd (12.py, line 99)")], UNDEFINED).endswith("SyntaxError in line 99: odd")
    assert judged([error("CellTimeoutError", "")], UNDEFINED) == "The cell of `a` ran into its time limit."
    assert judged([], [error("CellTimeoutError", "")]) == "The cell ran into its time limit."
    ended = "this check had no answer by then."
    assert judged([], [], DIED, (True, False)) == f"The kernel ended by itself in the cell of `a`: {ended}"
    assert judged([], [], DIED) == f"The kernel ended by itself in the check of `a`: {ended}"
    assert "because it used too much memory, in the check of `a`" in judged([], [], MEMORY)


def told_by(course, student):
    graded = nbformat.read(course.root / "autograded" / student / LESSON / f"{LESSON}.ipynb", as_version=4)
    outputs = next(cell.outputs for cell in graded.cells if grade_id(cell) == "one_step")
    return [out.text for out in outputs]


def test_nothing_can_be_stolen(results):
    assert told_by(results[0], "thief") == ["[]\n"]


@pytest.mark.parametrize("student", attacks.HONEST)
def test_honest_work_in_a_cluttered_notebook_loses_nothing(results, student):
    assert results[1][student].score == POINTS


@pytest.fixture(scope="module")
def stock(small, tmp_path_factory):
    """The class graded by nbgrader's own command, on a course that no gradebook knows yet."""
    course = sample.make_course(tmp_path_factory.mktemp("stock") / "course", small.root, LESSON)
    attacks.hand_in(course, LESSON)
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        return course, done, {entry.student_id: entry.score for entry in book.assignment_submissions(LESSON)}


def test_nbgraders_own_command_gives_the_same_scores(results, stock):
    records = {name: record.score for name, record in results[1].items() if name not in attacks.UNREADABLE}
    assert stock[2] == records


def test_nbgraders_own_command_stops_for_nobody(stock):
    course, done, _ = stock
    assert done.returncode == 0, done.stderr[-3000:]
    for student in attacks.UNREADABLE:
        assert f"{student}: not a notebook" in done.stderr
    assert told_by(course, "thief") == ["[]\n"]
    copied = [path.name for path in (course.root / "autograded" / "honest" / LESSON).iterdir()]
    assert copied == [f"{LESSON}.ipynb"], "what lies beside a notebook stays where it is"


def test_nbgraders_own_command_refuses_where_it_cannot_confine(small, tmp_path):
    course = sample.make_course(tmp_path / "course", small.root, LESSON)
    folder = course.root / "submitted" / "ada" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(sample.fill(course, LESSON, sample.solution_sources(course, LESSON)))
    nowhere = tmp_path / "programs"  # a system whose bubblewrap is not allowed to do anything
    nowhere.mkdir()
    (nowhere / "bwrap").write_text("#!/bin/sh\necho 'no user namespaces here' >&2; exit 1\n")
    (nowhere / "bwrap").chmod(0o755)
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    environment = {**os.environ, "PATH": f"{nowhere}:{os.environ['PATH']}"}

    def autograde():
        return subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True)

    done = autograde()
    assert done.returncode == 1
    assert "cannot be confined here: no user namespaces here" in done.stderr
    assert "c.ExecuteApart.unconfined = True" in done.stderr
    assert not course.gradebook.exists() and not (course.root / "autograded").exists()
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("# c.ExecuteApart.unconfined", "c.ExecuteApart.unconfined"))
    done = autograde()
    assert done.returncode == 0, done.stderr[-3000:]
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        assert book.find_submission(LESSON, "ada").score == POINTS
