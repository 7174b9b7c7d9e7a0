"""A new lesson, copied from the template: whole, small, and green from the start."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from helpers.grading.authoring.exercises import FILE, PAGES
from helpers.grading.course import Course, CourseError

TEMPLATE = Path(__file__).with_name("template")
NOTEBOOK = "lesson.ipynb"
NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*[a-z0-9])")
STANDS_FOR_NAME, STANDS_FOR_TITLE, STANDS_FOR_LESSON = "00_template", "00 · A title with a verb", "Lesson 00:"


def start_lesson(course: Course, name: str) -> None:
    """Copy the template to solutions/``name``. Raises CourseError for a name that cannot be, or is taken."""
    number = number_of(name)
    lessons = course.lessons()
    if course.solution(name).parent.exists():
        raise CourseError(f"solutions/{name} is there already: choose another name, or remove the folder.")
    expected = f"{len(lessons) + 1:02d}"
    if number < expected:
        raise CourseError(
            f"There is a lesson {number} already: `make insert NAME={name}` moves it and those behind it."
        )
    if number > expected:
        raise CourseError(f"The next lesson is number {expected}: call it {expected}{name[2:]}.")
    copy_template(course, name)


def copy_template(course: Course, name: str) -> None:
    """Write the template's files as the lesson ``name``; a release links it to its neighbours."""
    number = number_of(name)
    words = name[3:].replace("_", " ")
    replaced = {
        STANDS_FOR_TITLE: f"{number} · {words[0].upper()}{words[1:]}",
        STANDS_FOR_NAME: name,
        STANDS_FOR_LESSON: f"Lesson {number}:",
    }
    target = course.solution(name).parent
    shutil.copytree(TEMPLATE, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    (target / NOTEBOOK).rename(course.solution(name))
    for path in (course.solution(name), course.exercises(name)):
        text = path.read_text(encoding="utf-8")
        for old, new in replaced.items():
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def number_of(name: str) -> str:
    """Return the two digits that a lesson's name begins with. Raises CourseError for a name that cannot be."""
    found = NAME.fullmatch(name)
    if not found:
        raise CourseError(f"'{name}' is no name for a lesson: two digits, _, then words of a-z and 0-9: 15_my_lesson.")
    return found.group(1)


def next_steps(name: str) -> str:
    """What an author does with a new lesson, as text."""
    number = number_of(name)
    return (
        f"solutions/{name} is a whole small lesson: its notebook, {FILE} and {PAGES}/. Next:\n"
        f"  make release LESSON={number}   draws cases, tries all mistakes, makes the students' copy\n"
        f"  make outputs LESSON={number}   runs the notebook and stores its outputs\n"
        f"  make rules LESSON={number}     says what the lesson lacks: after these two, nothing\n"
        f"Then put your own words, exercises and pages in place of the template's. `make rules` says at any time\n"
        f"what does not fit; when it asks for nothing but the other two, run them."
    )
