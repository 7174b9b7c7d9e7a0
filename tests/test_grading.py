"""Stock nbgrader gives the example class the scores it deserves; commands answer bad input in a sentence."""

import csv
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.grading import demo, sample
from helpers.grading.__main__ import main
from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.course import REPO, Course
from helpers.grading.marks import grade_id

LESSON = demo.LESSON
STATUS = {name: "graded" for name in demo.EXPECTED} | {"endless": "timed out", "not-a-notebook": "not a notebook"}


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example class, graded by `make demo`."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "helpers.grading", "demo", "--folder", str(folder)],
        capture_output=True,
        text=True,
        cwd=REPO,
    )
    assert done.returncode == 0, done.stderr
    return Course(folder), done


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_scores_and_statuses(example):
    course, _ = example
    table = {row["student"]: row for row in rows(course.root / f"status_{LESSON}.csv")}
    assert {name: row["status"] for name, row in table.items()} == STATUS
    assert {name: float(row["score"]) for name, row in table.items()} == demo.EXPECTED


def test_the_export_and_the_gradebook_agree(example):
    course, _ = example
    exported = {row["student_id"]: row for row in rows(course.root / "grades.csv")}
    scores = {name: float(row["score"]) for name, row in exported.items() if row["score"]}
    assert scores == {name: score for name, score in demo.EXPECTED.items() if name != "not-a-notebook"}
    assert {name: row["status"] for name, row in exported.items()} == STATUS


def test_feedback_names_the_mistake(example):
    course, _ = example
    exercises = load_exercises(course, LESSON)
    for student, (exercise, name) in demo.NAMED_MISTAKES.items():
        page = (course.root / "feedback" / student / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
        says = next(m.says for m in exercises[exercise].mistakes if m.name == name)
        assert says.split("`")[0].strip() in page


def test_the_run_is_told_without_noise(example):
    _, done = example
    assert done.stderr == ""
    assert "Warning" not in done.stdout and "Traceback" not in done.stdout
    assert "feedback" in done.stdout


def test_nbgraders_own_command_gives_the_same_scores(example, tmp_path):
    """On a fresh clone, which no gradebook knows: nothing is released, generated or forced before."""
    course, _ = example
    stock = Course(tmp_path / "stock")
    made = ("autograded", "feedback", "gradebook.db", ".grading", "notebooks")
    shutil.copytree(course.root, stock.root, ignore=shutil.ignore_patterns(*made))
    shutil.copytree(REPO / "notebooks" / LESSON, stock.notebooks / LESSON)
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    done = subprocess.run(command, cwd=stock.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "not-a-notebook: not a notebook" in done.stderr
    with Gradebook(f"sqlite:///{stock.gradebook}", "rnn") as gradebook:
        scores = {submission.student.id: submission.score for submission in gradebook.assignment_submissions(LESSON)}
    assert scores == {name: score for name, score in demo.EXPECTED.items() if name != "not-a-notebook"}


# -- bad input ----------------------------------------------------------------------------


@pytest.fixture
def empty(tmp_path):
    return sample.make_course(tmp_path / "course", REPO, LESSON)


def submit(course, student="ada", content=None):
    path = course.root / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(content or sample.fill(course, LESSON, {}))


def complaint(capsys, *arguments):
    assert main([str(argument) for argument in arguments]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("Error: "), lines
    return lines[0]


def test_unknown_lesson(empty, capsys):
    assert "did you mean 01_two_steps?" in complaint(capsys, "--course", empty.root, "grade", "01_tow_steps")
    assert "there are: 01_two_steps" in complaint(capsys, "--course", empty.root, "release", "zebra")


@pytest.mark.parametrize("name", ["01", "1", "01_two_steps"])
def test_nothing_submitted(empty, capsys, name):
    assert "submitted/ holds nothing for 01_two_steps" in complaint(capsys, "--course", empty.root, "grade", name)


def test_stale_cases(empty, capsys):
    submit(empty)
    empty.exercises(LESSON).write_text(empty.exercises(LESSON).read_text() + "\nNEWER = True\n")
    assert "run `make release`" in complaint(capsys, "--course", empty.root, "grade", "01")
    assert not empty.gradebook.exists()


def test_missing_kernel(empty, capsys, monkeypatch):
    submit(empty)
    monkeypatch.setattr("helpers.grading.kernels.execute.kernel_name", lambda confined: "no-such-kernel")
    assert "kernel 'no-such-kernel' is missing" in complaint(capsys, "--course", empty.root, "grade", "01")


def test_wrong_course_id(empty, capsys):
    submit(empty)
    with Gradebook(f"sqlite:///{empty.gradebook}", "rnn") as book:
        book.add_assignment(LESSON)
    config = empty.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('course_id = "rnn"', 'course_id = "other"'))
    assert "belongs to course 'rnn'" in complaint(capsys, "--course", empty.root, "grade", "01")


def test_damaged_gradebook(empty, capsys):
    submit(empty)
    empty.gradebook.write_bytes(b"this is no database at all" * 100)
    assert "cannot be read" in complaint(capsys, "--course", empty.root, "grade", "01")


def test_not_a_course(tmp_path, capsys):
    assert "there are: none" in complaint(capsys, "--course", tmp_path, "grade", "01")


UNREADABLE = {
    "cut-off": ("{", "not a notebook"),
    "empty-object": ("{}", "not a notebook"),
    "from-the-future": ('{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}', "unreadable"),
    "another-course": (nbformat.writes(nbformat.v4.new_notebook()), "unreadable"),
}


def test_unreadable_submissions_get_a_status(empty, capsys):
    for student, (content, _) in UNREADABLE.items():
        submit(empty, student, content)
    assert main(["--course", str(empty.root), "grade", "01"]) == 0
    told = capsys.readouterr().out.splitlines()
    for student, (_, status) in UNREADABLE.items():
        assert any(line.startswith(student) and status in line for line in told)


def test_demo_does_not_delete_somebodys_folder(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "holds no course" in complaint(capsys, "demo", "--folder", tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_every_solution_cell_belongs_to_an_exercise(course, lesson):
    exercises = load_exercises(course, lesson)
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    solutions = [grade_id(c) for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert solutions == list(exercises)
