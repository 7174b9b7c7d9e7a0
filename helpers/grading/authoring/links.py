"""The links between lessons: a line at the top of each, to both neighbours, and one at its end, to the next."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from helpers.grading.authoring.sources import read_notebook
from helpers.grading.course import Course

ABOUT = "[About the course](../../README.md)"
NEXT = "**Next:**"


def title(course: Course, lesson: str) -> str:
    """Return the title of a lesson, with its number: ``02 · Unroll a network of any length``."""
    return str(read_notebook(course, lesson).cells[0].source.splitlines()[0].removeprefix("# "))


def link_line(course: Course, lesson: str) -> str:
    """Return the line of links for ``lesson``, as its neighbours are now."""
    lessons = course.lessons()
    place = lessons.index(lesson)
    neighbours = {"before": lessons[max(place - 1, 0) : place], "next": lessons[place + 1 : place + 2]}
    words = [
        f"{word}: [{title(course, other)}](../{other}/{other}.ipynb)"
        for word, others in neighbours.items()
        for other in others
    ]
    return " · ".join([ABOUT, *words])


def next_line(course: Course, lesson: str) -> str:
    """Return the line at the end of ``lesson`` that leads to the next one, or back where it is the last."""
    lessons = course.lessons()
    following = lessons[lessons.index(lesson) + 1 :]
    if not following:
        return f"{NEXT} this was the last lesson. {ABOUT}"
    return f"{NEXT} [{title(course, following[0])}](../{following[0]}/{following[0]}.ipynb)"


def mended_links(course: Course) -> dict[str, NotebookNode]:
    """Return the lessons whose lines of links are not right, with notebooks in which they are. Nothing is written."""
    mended = {}
    for lesson in course.lessons():
        notebook = read_notebook(course, lesson)
        ends = (
            (notebook.cells[0], ABOUT, link_line(course, lesson)),
            (notebook.cells[-1], NEXT, next_line(course, lesson)),
        )
        before = [cell.source for cell, _, _ in ends]
        for cell, start, right in ends:
            cell.source = "\n".join(right if line.startswith(start) else line for line in cell.source.split("\n"))
        if before != [cell.source for cell, _, _ in ends]:
            mended[lesson] = notebook
    return mended


def write_links(course: Course) -> list[str]:
    """Write the lines of links into every lesson whose own are not right; other lines stay. Return these lessons."""
    mended = mended_links(course)
    for lesson, notebook in mended.items():
        nbformat.write(notebook, course.solution(lesson))
    return list(mended)
