"""What a grading leaves for people: scores and statuses as CSV, and a table on the terminal."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.plugins import CsvExportPlugin

from helpers.grading import gradebook
from helpers.grading.course import Course
from helpers.grading.kernels.jobs import STATUSES, Record
from helpers.grading.progress import printable
from helpers.grading.spreadsheets import write_csv


def page(course: Course, lesson: str) -> Path:
    """The report on a lesson."""
    return course.root / f"report_{lesson}.html"


def statuses(course: Course, lesson: str) -> Path:
    """The file that says what became of each submission."""
    return course.root / f"status_{lesson}.csv"


def write_statuses(course: Course, lesson: str, records: list[Record]) -> None:
    """Write what became of each submission as CSV."""
    columns = ("student", "status", "score", "max_score", "seconds", "note")
    rows = ([getattr(record, column) for column in columns] for record in records)
    write_csv(statuses(course, lesson), columns, rows)


def write_scores(course: Course, api: NbGraderAPI) -> Path:
    """Write all scores of the gradebook as CSV, through nbgrader's exporter."""
    path = course.root / "grades.csv"
    exporter = CsvExportPlugin(parent=api)
    exporter.to = str(path)
    with Gradebook(api.coursedir.db_url, api.course_id) as book:
        exporter.export(book)
    with path.open(newline="", encoding="utf-8") as file:
        columns, *rows = csv.reader(file)
    write_csv(path, columns, rows)
    return path


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
    print(f"gradebook {gradebook.name(api)} (formgrader: `make lab`, then the Formgrader tab)")
    counts = Counter(record.status for record in records)
    told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    print(f"{len(records)} submissions: {told}")
