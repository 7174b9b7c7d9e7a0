"""The lesson table of the README: one row per lesson, with the run time that `make outputs` measured."""

from __future__ import annotations

import re

import nbformat

from helpers.grading.course import Course, CourseError

START, END = "<!-- lessons: written by `make outputs` -->", "<!-- end of lessons -->"
HEAD = "| Lesson | Exercises | Points | Run time |\n|---|---|---|---|"


def update_lesson_table(course: Course, run_seconds: dict[str, float]) -> None:
    """Rewrite the table between the two marks; lessons without a new run time keep their old one."""
    path = course.root / "README.md"
    text = path.read_text(encoding="utf-8")
    try:
        before, rest = text.split(START)
        old, after = rest.split(END)
    except ValueError:
        raise CourseError(f"README.md needs the line {START} and, below it, {END}.") from None
    rows = [_row(course, lesson, run_seconds.get(lesson), old) for lesson in course.lessons()]
    path.write_text("\n".join([before + START, HEAD, *rows, END]) + after, encoding="utf-8")


def _row(course: Course, lesson: str, seconds: float | None, old: str) -> str:
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    points = [
        cell.metadata.nbgrader.points for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    if seconds is None:
        known = re.search(rf"{re.escape(lesson)}\.ipynb\).*\| (.+?) \|$", old, re.MULTILINE)
        time = known.group(1) if known else "not measured"
    else:
        time = f"{seconds:.0f} s"
    return f"| [{title}](notebooks/{lesson}/{lesson}.ipynb) | {len(points)} | {sum(points):g} | {time} |"
