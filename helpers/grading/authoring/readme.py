"""The lesson table of the README: one row per lesson. Titles, exercises and points are the notebook's own.

Run times are measured, and stand apart: a busy machine must not rewrite them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from helpers.grading.authoring.sources import read_notebook
from helpers.grading.course import Course, CourseError
from helpers.grading.marks import is_check, marks

START, END = "<!-- lessons: written by `make release` -->", "<!-- end of lessons -->"
HEAD = "| Lesson | Exercises | Points | Run time |\n|---|---|---|---|"
NOT_MEASURED = "not measured"
CLEARLY = 1.25  # times longer or shorter: less is how busy the machine was


def note_run_time(course: Course, lesson: str, seconds: float, anew: bool = False) -> str:
    """Write a measured run time into the table if it has none, or ``anew`` if it is clearly another; say what was done.

    Without ``anew`` a known run time stays as it is: the machine may have been busy with something else.
    """
    path = readme(course)
    known = known_seconds(path.read_text(encoding="utf-8"), lesson) if path.exists() else None
    other = known is not None and not known / CLEARLY <= seconds <= known * CLEARLY
    update_lesson_table(course, {lesson: seconds} if known is None or (other and anew) else {})
    if other and not anew:
        return f'{seconds:.0f} s; README.md says {known} s, which ARGS="--time" changes'
    return f"{seconds:.0f} s"


def update_lesson_table(course: Course, run_seconds: Mapping[str, float] | None = None) -> None:
    """Rewrite the table between the two marks where it has changed; a course without a README has none.

    run_seconds: run times to be written, by lesson; the others stay.
    """
    path = readme(course)
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    try:
        before, rest = text.split(START)
        old, after = rest.split(END)
    except ValueError:
        raise CourseError(f"README.md needs the line {START} and, below it, {END}.") from None
    rows = [lesson_row(course, lesson, old, (run_seconds or {}).get(lesson)) for lesson in course.lessons()]
    new = "\n".join([before + START, HEAD, *rows, END]) + after
    if new != text:
        path.write_text(new, encoding="utf-8")


def lesson_row(course: Course, lesson: str, table: str, seconds: float | None = None) -> str:
    """Return the row of a lesson, with the run time ``seconds`` or else the one that ``table`` knows."""
    notebook = read_notebook(course, lesson)
    title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    points = [marks(cell).get("points", 0) for cell in notebook.cells if is_check(cell)]
    known = known_seconds(table, lesson) if seconds is None else max(1, round(seconds))
    time = f"{known} s" if known is not None else NOT_MEASURED
    return f"| [{title}](notebooks/{lesson}/{lesson}.ipynb) | {len(points)} | {sum(points):g} | {time} |"


def known_seconds(table: str, lesson: str) -> int | None:
    """Return the run time of a lesson in ``table``, in seconds; None where it was never measured."""
    found = re.search(rf"{re.escape(lesson)}\.ipynb\).*\| (\d+) s \|$", table, re.MULTILINE)
    return int(found.group(1)) if found else None


def readme(course: Course) -> Path:
    """Return the file that holds the table."""
    return course.root / "README.md"
