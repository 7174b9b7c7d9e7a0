"""The line of links at the top of each lesson: to the lesson before it and to the one behind it."""

from __future__ import annotations

import nbformat

from helpers.grading.authoring.sources import read_notebook
from helpers.grading.course import Course

ABOUT = "[About the course](../../README.md)"


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


def write_links(course: Course) -> list[str]:
    """Write the line of links into every lesson whose own is not right; other lines stay. Return these lessons."""
    changed = []
    for lesson in course.lessons():
        notebook = read_notebook(course, lesson)
        first = notebook.cells[0]
        right = link_line(course, lesson)
        lines = [right if line.startswith(ABOUT) else line for line in first.source.split("\n")]
        if "\n".join(lines) != first.source:
            first.source = "\n".join(lines)
            nbformat.write(notebook, course.solution(lesson))
            changed.append(lesson)
    return changed
