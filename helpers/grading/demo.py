"""An example class, from hand-in to export: what grading does, seen in one command."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from helpers.grading import cases
from helpers.grading.authoring import Exercise
from helpers.grading.course import REPO, Course, CourseError
from helpers.grading.release import CONFIG, last_error, nbgrader_api, register

LESSON = "01_two_steps"
NAMED_MISTAKES = {  # submission: exercise, mistake
    "mistake-transposed": ("one_step", "recurrent kernel transposed"),
    "mistake-forgot-state": ("two_steps", "first state forgotten"),
    "mistake-x-before-h": ("joint_outputs", "[x, h] for [h, x]"),
}
RAISING = "def one_step(x_t, h_prev, kernel, recurrent_kernel, bias):\n    return x_t @ h_prev\n"
ENDLESS = "def two_steps(step, x_0, x_1, initial_state):\n    while True:\n        pass\n"
EXPECTED = {  # submission: points it deserves, out of 10
    "alternative": 10.0,
    "endless": 8.0,
    "half-done": 5.0,
    "mistake-forgot-state": 8.0,
    "mistake-transposed": 9.0,
    "mistake-x-before-h": 8.0,
    "not-a-notebook": 0.0,
    "perfect": 10.0,
    "raising": 8.0,
    "unfinished": 0.0,
}


def run_demo(folder: Path) -> None:
    """Make a course in ``folder``, hand in the example class, collect, grade, export."""
    course = make_course(folder, REPO)
    print(f"1. release   {LESSON} -> {course.student_copy(LESSON)}")
    register(nbgrader_api(course), course, LESSON)
    archive = hand_in(course, example_class(course))
    print(f"2. hand in   {archive}")
    collect(course)
    print(f"3. collect   {course.root / 'submitted'}\n4. autograde, feedback, export\n")
    from helpers.grading.batch import grade

    grade(course, LESSON)


def make_course(folder: Path, source: Path, lesson: str = LESSON) -> Course:
    """Copy what an instructor needs of one lesson of the course in ``source`` to a fresh ``folder``."""
    if folder.exists():
        if not (folder / CONFIG).exists() and any(folder.iterdir()):
            raise CourseError(f"{folder} is not empty and holds no course: choose another folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    shutil.copy(source / CONFIG, folder)
    for room in ("solutions", "notebooks"):
        shutil.copytree(source / room / lesson, folder / room / lesson, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "data" / "cases").mkdir(parents=True)
    shutil.copy(Course(source).case_file(lesson), folder / "data" / "cases")
    return Course(folder)


def example_class(course: Course) -> dict[str, str]:
    """Return the content of every example submission by name."""
    specs = cases.load_specs(course, LESSON)
    right = solution_sources(course, LESSON)
    names = list(right)

    def with_mistake(exercise: str, mistake: str) -> str:
        variant = next(m for m in specs[exercise].mistakes if m.name == mistake)
        return fill(course, {**right, exercise: variant.apply(right[exercise])})

    return {
        "perfect": fill(course, right),
        "alternative": fill(course, alternatives(specs, right)),
        "half-done": fill(course, {name: right[name] for name in names[: len(names) // 2]}),
        **{name: with_mistake(*which) for name, which in NAMED_MISTAKES.items()},
        "unfinished": fill(course, {}),
        "raising": fill(course, {**right, "one_step": RAISING}),
        "endless": fill(course, {**right, "two_steps": ENDLESS}),
        "not-a-notebook": "Dear teacher, my homework is in the other file.\n",
    }


def solution_sources(course: Course, lesson: str) -> dict[str, str]:
    """Return the source of every solution cell by exercise."""
    specs = cases.load_specs(course, lesson)
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    return {cases.grade_id(cell): cell.source for cell in notebook.cells if cases.grade_id(cell) in specs}


def alternatives(specs: Mapping[str, Exercise], right: Mapping[str, str]) -> dict[str, str]:
    """Return the first alternative answer of every exercise."""
    return {name: specs[name].alternatives[0].apply(source) for name, source in right.items()}


def fill(course: Course, answers: Mapping[str, str], lesson: str = LESSON) -> str:
    """Return the student copy with ``answers`` written into its solution cells, as a file's content."""
    notebook: Any = nbformat.read(course.student_copy(lesson), as_version=4)
    for cell in notebook.cells:
        if cases.grade_id(cell) in answers:
            cell.source = answers[cases.grade_id(cell)]
    return nbformat.writes(notebook)


def hand_in(course: Course, submissions: Mapping[str, str]) -> Path:
    """Zip submissions as a learning platform would; return the archive."""
    archive = course.root / "downloaded" / LESSON / "archive" / "class.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as target:
        for student, content in submissions.items():
            target.writestr(f"{student}__{LESSON}.ipynb", content)
    return archive


def collect(course: Course) -> None:
    """Let nbgrader sort the archive into submitted/."""
    command = [sys.executable, "-m", "nbgrader", "zip_collect", LESSON, f"--CourseDirectory.root={course.root}"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    if done.returncode:
        raise CourseError(f"nbgrader could not collect: {last_error({'error': done.stderr})}")
