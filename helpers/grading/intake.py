"""Stand-in until intake lands."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.grading.cases import grade_id
from helpers.grading.course import Course, CourseError
from helpers.grading.jobs import MISSING, NO_NOTEBOOK, UNREADABLE
from helpers.grading.judge import _take_apart


@dataclasses.dataclass(frozen=True)
class HandIn:
    """What a student handed in, made safe to execute; ``status`` is None when it can be."""

    student: str
    status: str | None
    note: str
    notebook: NotebookNode | None
    files: tuple[tuple[str, bytes], ...]
    repairs: tuple[str, ...]
    timestamp: str


def students(course: Course, lesson: str) -> list[str]:
    """Students who handed in ``lesson``. Raises CourseError when there is none."""
    found = sorted(path.parent.name for path in (course.root / "submitted").glob(f"*/{lesson}"))
    if not found:
        raise CourseError(
            f"submitted/ holds nothing for {lesson}: put notebooks into submitted/STUDENT/{lesson}/ first."
        )
    return found


def read(course: Course, lesson: str, student: str) -> HandIn:
    """Read one submission and put it on the footing of the released notebook."""
    folder = course.root / "submitted" / student / lesson
    path = folder / f"{lesson}.ipynb"
    if not path.exists():
        return HandIn(student, MISSING, f"there is no {path.name}", None, (), (), "")
    try:
        nb: Any = nbformat.read(path, as_version=4)
    except Exception as error:
        return HandIn(student, NO_NOTEBOOK, f"not a notebook ({type(error).__name__})", None, (), (), "")
    if not any(grade_id(cell) for cell in nb.cells):
        return HandIn(student, UNREADABLE, "a notebook, but none of this course's", None, (), (), "")
    release: Any = nbformat.read(course.student_copy(lesson), as_version=4)
    sources = {grade_id(c): c.source for c in release.cells if grade_id(c).startswith("check-")}
    edited = [grade_id(c) for c in nb.cells if grade_id(c) in sources and c.source != sources[grade_id(c)]]
    answers, own = _take_apart(nb, release)
    cells = []
    for cell in copy.deepcopy(release.cells):
        identity = grade_id(cell)
        if identity in answers:
            cell.source = answers[identity]
        cells.append(cell)
        cells += own.pop(identity or cell.id, [])
    for number, cell in enumerate(cells):  # the same text for the same work
        cell.id = cell.id if grade_id(cell) else f"cell-{number}"
    nb.cells, nb.metadata = cells, copy.deepcopy(release.metadata)
    stamp = folder / "timestamp.txt"
    repairs = tuple(f"{name} was edited" for name in edited)
    return HandIn(student, None, "", nb, (), repairs, stamp.read_text() if stamp.exists() else "")
