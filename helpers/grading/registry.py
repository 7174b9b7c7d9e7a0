"""What the gradebook knows of a lesson: kept equal to the released notebook, whatever has been graded by then.

nbgrader refuses to add or remove cells once somebody has handed in. Here a new exercise is added to every submission, a
withdrawn one goes, and the most points there are is right at once. Only what a person has given is never taken back.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from helpers.grading import intake
from helpers.grading.course import Course, CourseError
from helpers.grading.marks import CHECK_PREFIX, marks

NAMED = 5  # students that a refusal names


def register(api: NbGraderAPI, course: Course, lesson: str) -> None:
    """Let the gradebook know ``lesson`` as it is released now.

    Raises CourseError, with nothing changed, where an exercise was withdrawn that somebody has graded by hand.
    """
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        put(gradebook, lesson, lesson, intake.released(course.student_copy(lesson)))


def put(gradebook: Gradebook, lesson: str, name: str, notebook: NotebookNode) -> None:
    """Make what the gradebook knows of a notebook equal to ``notebook``, in one transaction. Raises CourseError."""
    require_kept(gradebook, lesson, name, notebook)
    assignment = gradebook.update_or_create_assignment(lesson)
    try:
        known = gradebook.find_notebook(name, lesson)
    except MissingEntry:
        kernel = json.dumps(notebook.metadata.get("kernelspec", {}))
        known = Notebook(name=name, assignment=assignment, kernelspec=kernel)
    try:
        _put(gradebook.db, known, _Wanted.of(notebook))
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def require_kept(gradebook: Gradebook, lesson: str, name: str, notebook: NotebookNode) -> None:
    """Raise CourseError where ``notebook`` lacks an exercise that carries points or comments given by hand."""
    try:
        known = gradebook.find_notebook(name, lesson)
    except MissingEntry:
        return
    wanted = _Wanted.of(notebook)
    given: dict[str, set[str]] = defaultdict(set)  # students by exercise
    for cell in known._base_cells:
        if wanted.lacks(cell):
            given[cell.name.removeprefix(CHECK_PREFIX)] |= _graded_by_hand(gradebook.db, cell)
    told = [f"{exercise} (given to {_names(students)})" for exercise, students in given.items() if students]
    if told:
        raise CourseError(
            f"{lesson} no longer asks what carries points or comments given by hand: {'; '.join(sorted(told))}. Take "
            "these back in the Formgrader, or put the exercise back: until then nothing is changed."
        )


@dataclasses.dataclass(frozen=True)
class _Wanted:
    """The cells of a notebook as the gradebook keeps them: what is set, by kind and by name."""

    cells: dict[type[BaseCell], dict[str, dict[str, Any]]]
    sources: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, notebook: NotebookNode) -> _Wanted:
        cells: dict[type[BaseCell], dict[str, dict[str, Any]]] = {GradeCell: {}, SolutionCell: {}, TaskCell: {}}
        sources = {}
        for cell in notebook.cells:
            noted = marks(cell)
            name, kind = noted.get("grade_id", ""), cell.cell_type
            if is_grade(cell):
                cells[GradeCell][name] = {"max_score": float(noted["points"]), "cell_type": kind}
            if is_solution(cell):
                cells[SolutionCell][name] = {}
            if is_task(cell):
                cells[TaskCell][name] = {"max_score": float(noted["points"]), "cell_type": kind}
            if is_grade(cell) or is_solution(cell) or is_task(cell) or is_locked(cell):
                checksum = noted.get("checksum") or utils.compute_checksum(cell)
                locked = is_locked(cell)
                sources[name] = {"cell_type": kind, "locked": locked, "source": cell.source, "checksum": checksum}
        return cls(cells, sources)

    def lacks(self, cell: BaseCell) -> bool:
        return cell.name not in self.cells.get(type(cell), {})


def _graded_by_hand(db: Any, cell: BaseCell) -> set[str]:
    """Students to whom somebody has given points or a comment for a cell."""
    grades = db.query(Grade).filter(Grade.cell_id == cell.id)
    points = grades.filter(Grade.manual_score.is_not(None) | Grade.extra_credit.is_not(None))
    comments = db.query(Comment).filter(Comment.cell_id == cell.id, Comment.manual_comment.is_not(None))
    given = [*points, *(comment for comment in comments if comment.manual_comment.strip())]
    return {entry.notebook.assignment.student_id for entry in given}


def _names(students: Iterable[str]) -> str:
    names = sorted(students)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _put(db: Any, known: Notebook, wanted: _Wanted) -> None:
    db.add(known)
    db.flush()
    handed_in = [entry.id for entry in db.query(SubmittedNotebook).filter_by(notebook_id=known.id)]
    for kind, cells in wanted.cells.items():
        there = {cell.name: cell for cell in db.query(kind).filter_by(notebook_id=known.id)}
        for name, cell in there.items():
            if name not in cells:
                _withdraw(db, cell)
        for name, settings in cells.items():
            if name in there:
                _set(there[name], settings)
            else:
                _add(db, kind(name=name, notebook_id=known.id, **settings), handed_in)
    sources = {cell.name: cell for cell in db.query(SourceCell).filter_by(notebook_id=known.id)}
    for name in sources.keys() - wanted.sources.keys():
        db.delete(sources[name])
    for name, settings in wanted.sources.items():
        if name in sources:
            _set(sources[name], settings)
        else:
            db.add(SourceCell(name=name, notebook_id=known.id, **settings))


def _set(cell: Any, settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        if getattr(cell, name) != value:
            setattr(cell, name, value)


def _add(db: Any, cell: BaseCell, handed_in: list[str]) -> None:
    """Add a cell, to what was handed in before as well: it has no points there, and waits for nobody to give some."""
    db.add(cell)
    db.flush()
    for entry in handed_in:
        if isinstance(cell, GradeCell | TaskCell):
            db.add(Grade(cell_id=cell.id, notebook_id=entry, needs_manual_grade=False))
        if isinstance(cell, SolutionCell | TaskCell):
            db.add(Comment(cell_id=cell.id, notebook_id=entry))


def _withdraw(db: Any, cell: BaseCell) -> None:
    for kind in (Grade, Comment):
        db.query(kind).filter(kind.cell_id == cell.id).delete(synchronize_session="fetch")
    db.delete(cell)
