"""grades.csv: the scores of the course as the gradebook has them now, one line per student and lesson.

An export plug-in of nbgrader's: ``nbgrader export`` and ``make grade`` write the same.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, Student
from nbgrader.plugins import ExportPlugin

from helpers.grading import intake
from helpers.grading.course import Course
from helpers.grading.files import shown
from helpers.grading.gradebook import Marks, marks_in, told
from helpers.grading.kernels.jobs import GRADED, Record
from helpers.grading.spreadsheets import write_csv
from helpers.grading.store import Store

COLUMNS = (  # nbgrader's, in its order, and two of this course
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "status",
    "note",
)
NOTHING = "nothing handed in"
WAITING = "not graded yet"


class GradesExport(ExportPlugin):
    """Write lessons that have been taught: something was handed in for them, or their due date has passed.

    In these every student of the gradebook has a line, and everybody else who handed in. Who handed in nothing has no
    points, and no score at all before the due date. What could not be read has no score, and says why.
    """

    def export(self, gradebook: Gradebook) -> None:
        write_csv(Path(self.to or "grades.csv"), COLUMNS, self._rows(gradebook))

    def _rows(self, gradebook: Gradebook) -> Iterator[list[Any]]:
        coursedir = getattr(self.parent, "coursedir", None)
        course = Course(Path(coursedir.root if coursedir else ".").resolve())
        present = {shown(name): name for name in intake.folders(course)}
        students = {student.id: student for student in gradebook.students}
        lessons, wanted = {str(name) for name in self.assignment}, {str(name) for name in self.student}
        for assignment in gradebook.assignments:
            if lessons and assignment.name not in lessons:
                continue
            lesson = _Lesson(course, assignment, present)
            # A student's record may outlive the student: it counts only for who is in the gradebook or in submitted/.
            others = sorted(name for name in lesson.records.keys() - students.keys() if name in present)
            if not lesson.is_taught([*students, *others]):
                continue
            for name in [*students, *others]:
                if not wanted or name in wanted:
                    yield lesson.row(name, students.get(name))


class _Lesson:
    """What is known of one lesson: by the gradebook, and by what grading has kept."""

    def __init__(self, course: Course, assignment: Assignment, present: dict[str, str]) -> None:
        self.course, self.name, self.assignment, self.present = course, assignment.name, assignment, present
        self.entries = {entry.student_id: entry for entry in assignment.submissions}
        self.store = Store(course, self.name)
        self.records = {kept.record.student: kept.record for kept in self.store.all_kept()}
        due = assignment.duedate  # in UTC, without a zone
        self.is_due = due is not None and due <= datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        self.is_open = due is not None and not self.is_due

    def is_taught(self, students: list[str]) -> bool:
        if self.is_due or self.entries:
            return True
        return any(name in self.records and name in self.present for name in students)

    def row(self, name: str, student: Student | None) -> list[Any]:
        entry = self.entries.get(name)
        marks = marks_in(entry, self.store) if entry else None
        record = self._record(name, marks)
        score, raw, penalty = self._scores(record, marks)
        whose = [student.last_name, student.first_name, student.email] if student else [None] * 3
        times = [self.assignment.duedate, entry.timestamp if entry else None]
        most = record.max_score if record.items else self.assignment.max_score
        cells = [self.name, *times, name, *whose, raw, penalty, score, most, record.status, record.note]
        return ["" if cell is None else cell for cell in cells]

    def _record(self, name: str, marks: Marks | None) -> Record:
        """What became of a student's hand-in, or that there is none."""
        kept = self.records.get(name)
        if kept and (marks or name in self.present):
            return told(kept, marks)
        status = GRADED if marks else WAITING if self._lies_there(name) else NOTHING
        return Record(name, self.name, "", status, "", 0.0, 0.0, 0.0)

    def _lies_there(self, name: str) -> bool:
        """Whether a hand-in waits to be graded: nobody who has handed in is told otherwise."""
        if name not in self.present:
            return False
        if self.name in self.course.lessons():
            return intake.concerns(self.course, self.name, self.present[name])
        return os.path.lexists(self.course.root / "submitted" / self.present[name] / self.name)

    def _scores(self, record: Record, marks: Marks | None) -> tuple[float | None, float | None, float | None]:
        """The score, that before the penalty, and the penalty; None where there is none to speak of."""
        if marks:
            return marks.score, marks.raw, marks.penalty
        return (0.0, 0.0, 0.0) if record.status == NOTHING and not self.is_open else (None, None, None)
