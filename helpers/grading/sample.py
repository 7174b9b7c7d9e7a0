"""Hand-ins written by program, for demonstration, tests and benchmarks: a course of one lesson, answers in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from helpers.grading.authoring.exercises import Exercise, load_exercises
from helpers.grading.authoring.release import CONFIG, last_error
from helpers.grading.course import Course, CourseError
from helpers.grading.marks import grade_id


def make_course(folder: Path, source: Path, lesson: str) -> Course:
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


def solution_sources(course: Course, lesson: str) -> dict[str, str]:
    """Return the source of every solution cell by exercise."""
    exercises = load_exercises(course, lesson)
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    return {grade_id(cell): cell.source for cell in notebook.cells if grade_id(cell) in exercises}


def alternatives(exercises: Mapping[str, Exercise], right: Mapping[str, str]) -> dict[str, str]:
    """Return the first alternative answer of every exercise."""
    return {name: exercises[name].source(exercises[name].alternatives[0], source) for name, source in right.items()}


def fill(course: Course, lesson: str, answers: Mapping[str, str]) -> str:
    """Return the student copy with ``answers`` written into its solution cells, as a file's content."""
    notebook: Any = nbformat.read(course.student_copy(lesson), as_version=4)
    for cell in notebook.cells:
        if grade_id(cell) in answers:
            cell.source = answers[grade_id(cell)]
    return nbformat.writes(notebook)


def hand_in(course: Course, lesson: str, submissions: Mapping[str, str]) -> Path:
    """Zip submissions as a learning platform would; return the archive."""
    archive = course.root / "downloaded" / lesson / "archive" / "class.zip"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as target:
        for student, content in submissions.items():
            target.writestr(f"{student}__{lesson}.ipynb", content)
    return archive


def collect(course: Course, lesson: str) -> None:
    """Let nbgrader sort the archive into submitted/."""
    command = [sys.executable, "-m", "nbgrader", "zip_collect", lesson, f"--CourseDirectory.root={course.root}"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    if done.returncode:
        raise CourseError(f"nbgrader could not collect: {last_error({'error': done.stderr})}")
