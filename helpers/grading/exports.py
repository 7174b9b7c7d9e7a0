"""What a grading leaves for people: scores and statuses as CSV, a report, and a table on the terminal."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from helpers.grading import gradebook
from helpers.grading.course import Course
from helpers.grading.grades import GradesExport
from helpers.grading.kernels.jobs import STATUSES, Record
from helpers.grading.progress import printable
from helpers.grading.spreadsheets import write_csv
from helpers.grading.store import Store, write_whole

STATUS_COLUMNS = ("student", "status", "score", "max_score", "seconds", "note")


def page(course: Course, lesson: str) -> Path:
    """The report on a lesson."""
    return course.root / f"report_{lesson}.html"


def statuses(course: Course, lesson: str) -> Path:
    """The file that says what became of each submission."""
    return course.root / f"status_{lesson}.csv"


def write(store: Store, api: NbGraderAPI, records: list[Record]) -> None:
    """Write scores, statuses and report; what says already what is true stays untouched.

    records: of one lesson, as they are to be told.
    """
    course, lesson = store.course, store.lesson
    write_scores(course, api)
    write_csv(
        statuses(course, lesson), STATUS_COLUMNS, ([getattr(it, name) for name in STATUS_COLUMNS] for it in records)
    )
    # What the report was made of, since making it takes its time.
    digest = hashlib.sha256(repr(records).encode(errors="backslashreplace")).hexdigest().encode()
    made_of = store.folder / "reported"
    files = [page(course, lesson), *(course.root / f"report_{lesson}{end}.csv" for end in ("", "_mistakes"))]
    if all(file.exists() for file in files) and made_of.exists() and made_of.read_bytes() == digest:
        return
    from helpers.grading import report  # brings matplotlib

    made_of.unlink(missing_ok=True)
    report.write(records, course.root, lesson)
    write_whole(made_of, digest)


def write_scores(course: Course, api: NbGraderAPI) -> None:
    """Write all scores of the gradebook as CSV, as ``nbgrader export`` does."""
    exporter = GradesExport(parent=api)
    exporter.to, exporter.student, exporter.assignment = str(course.root / "grades.csv"), [], []
    with Gradebook(api.coursedir.db_url, api.course_id) as book:
        exporter.export(book)


def print_table(course: Course, lesson: str, records: list[Record], api: NbGraderAPI) -> None:
    """Print a line per submission, where to look, and how many there are of each status."""
    width = max(len(record.student) for record in records)
    print(f"\n{'student':{width}}  score        status")
    for record in records:
        note = f" ({printable(record.note)})" if record.note else ""
        name = f"{printable(record.student):{width}}"
        print(f"{name}  {record.score:4g} of {record.max_score:<4g} {record.status}{note}")
    print(f"\nscores    {course.root / 'grades.csv'}\nstatuses  {statuses(course, lesson)}")
    print(f"feedback  {course.root / 'feedback'}\nreport    {page(course, lesson)}")
    print(f"gradebook {gradebook.name(api)} (`make formgrader` shows it)")
    counts = Counter(record.status for record in records)
    told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    print(f"{len(records)} submissions: {told}")
