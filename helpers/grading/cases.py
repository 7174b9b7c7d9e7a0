"""The cases of a lesson as files: what they are made from, whether they are current, how they are kept."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
from pathlib import Path
from typing import Any

import nbformat

from helpers import casefile
from helpers.casefile import CaseFile
from helpers.grading.authoring import Exercise
from helpers.grading.course import Course, CourseError
from helpers.verdicts import same

PUBLIC_SEED = 2026
CHECK_PREFIX = "check-"
SKIP_TAG = "demo"


def load_specs(course: Course, lesson: str) -> dict[str, Exercise]:
    """Return the exercises that ``solutions/<lesson>/exercises.py`` describes."""
    path = course.exercises(lesson)
    module_spec = importlib.util.spec_from_file_location(f"exercises_{lesson}", path)
    if module_spec is None or module_spec.loader is None or not path.exists():
        raise CourseError(f"Lesson {lesson} has no exercises.py beside its notebook.")
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    return {exercise.name: exercise for exercise in module.EXERCISES}


def digest(course: Course, lesson: str) -> str:
    """Identify what a lesson's cases are made from: its exercises.py and the code of its cells."""
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    # As a syntax tree: comments and layout change no case.
    parts = [ast.dump(ast.parse(course.exercises(lesson).read_text(encoding="utf-8")))]
    parts += [cell.source for cell in code_cells(notebook)]
    parts += [
        f"{grade_id(cell)}={cell.metadata.nbgrader.get('points')}" for cell in code_cells(notebook) if grade_id(cell)
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def grade_id(cell: Any) -> str:
    """Return a cell's nbgrader id, or "" for a cell nbgrader does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def up_to_date(course: Course, lesson: str) -> bool:
    """Whether the committed cases were made from the lesson as it is now."""
    try:
        return casefile.load(course.case_file(lesson)).digest == digest(course, lesson)
    except casefile.CaseFileError:
        return False


def equivalent(old: CaseFile, new: CaseFile) -> bool:
    """Whether two case files agree but for rounding, which differs between processors."""
    if (old.lesson, old.digest, old.seed, list(old.exercises)) != (
        new.lesson,
        new.digest,
        new.seed,
        list(new.exercises),
    ):
        return False
    return all(_equivalent_exercise(a, b) for a, b in zip(old.exercises.values(), new.exercises.values(), strict=True))


def _equivalent_exercise(old: casefile.Exercise, new: casefile.Exercise) -> bool:
    def words(exercise: casefile.Exercise) -> Any:
        fields = (exercise.name, exercise.points, exercise.parameters, exercise.returns, exercise.rtol, exercise.atol)
        mistakes = tuple((m.name, m.says, m.random, len(m.answers)) for m in exercise.mistakes)
        return fields, exercise.reveal, mistakes, tuple(case.group for case in exercise.cases)

    if words(old) != words(new) or len(old.expected) != len(new.expected):
        return False
    pairs = list(zip(old.expected, new.expected, strict=True))
    pairs += [
        (a, b)
        for m, n in zip(old.mistakes, new.mistakes, strict=True)
        for a, b in zip(m.answers, n.answers, strict=True)
    ]
    return all(same(a, b, old.rtol / 10, old.atol / 10) for a, b in pairs)


def code_cells(notebook: Any) -> list[Any]:
    """Return the code cells that grading runs: all but demonstrations."""
    return [
        cell for cell in notebook.cells if cell.cell_type == "code" and SKIP_TAG not in cell.metadata.get("tags", [])
    ]


def save(course: Course, cases: CaseFile) -> Path:
    """Write ``cases``, unless the file already says the same."""
    path = course.case_file(cases.lesson)
    with contextlib.suppress(casefile.CaseFileError):
        if equivalent(casefile.load(path), cases):
            return path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cases.to_bytes())
    return path
