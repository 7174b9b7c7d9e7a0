"""A lesson between others: those from its number on move up by one, in every file that names them."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from helpers.checking import keys
from helpers.grading.authoring import cases
from helpers.grading.authoring.links import title
from helpers.grading.authoring.mentions import mentions, texts
from helpers.grading.authoring.start import copy_template, number_of
from helpers.grading.course import Course, CourseError

# "lesson 07, 28 rows" names one lesson; only "lessons" has a list behind it.
NAMED = r"(?P<one>\blesson\s+\d\d(?!\w))|(?P<several>\blessons\s+\d\d(?:(?:, | and | or | to |-|–)\d\d)*(?!\w))"
HISTORY = "CHANGELOG.md"  # its lessons are those of its time
NEIGHBOURS = r"(?:previous|next|last|following) lessons?\b"


def insert_lesson(course: Course, name: str) -> list[str]:
    """Make room for the lesson ``name`` and copy the template there; return lines on what is left to read.

    Changes folders, files and their texts; the cases of the lessons that move are kept. Raises CourseError where
    no lesson stands at that number, or git has changes that were not committed: then nothing was touched.
    """
    number = number_of(name)
    lessons = course.lessons()
    moving = [lesson for lesson in lessons if lesson[:2] >= number]
    if not moving:
        raise CourseError(f"No lesson stands at {number}: `make lesson NAME={name}` adds one behind the last.")
    if name in lessons:
        raise CourseError(f"There is a lesson {name} already: choose another name.")
    _require_clean(course)
    renamed = {lesson: f"{int(lesson[:2]) + 1:02d}{lesson[2:]}" for lesson in moving}
    titles = {(old := title(course, lesson)): renamed[lesson][:2] + old[2:] for lesson in moving}
    current = {lesson: cases.up_to_date(course, lesson) for lesson in moving}
    for lesson in reversed(moving):
        _move(course, lesson, renamed[lesson])
    _rewrite(course, {**renamed, **titles})
    for old, new in renamed.items():
        if current[old]:
            _keep_cases(course, new)
    copy_template(course, name)
    return [
        *(f"{old} is now {new}" for old, new in renamed.items()),
        *(f"to read: {line}" for line in _left(course, number)),
        "Now `make release` for all lessons, and look at what changed (git diff).",
    ]


def _require_clean(course: Course) -> None:
    command = ["git", "-C", str(course.root), "status", "--porcelain"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise CourseError("This changes many files, and git, which could take it back, is not installed.") from None
    if done.returncode:
        raise CourseError(f"This changes many files: keep {course.root} in git first, so that you can take it back.")
    if done.stdout.strip():
        first = done.stdout.splitlines()[0][3:]
        raise CourseError(f"This changes many files: commit yours first ({first} and others), then try again.")


def _move(course: Course, old: str, new: str) -> None:
    """Rename a lesson's folders and files."""
    for room in (course.solutions, course.notebooks):
        if (room / old).exists():
            (room / old).rename(room / new)
            with contextlib.suppress(FileNotFoundError):
                (room / new / f"{old}.ipynb").rename(room / new / f"{new}.ipynb")
    references = course.root / "tests" / "references"
    for path, target in {
        course.case_file(old): course.case_file(new),
        references / f"test_{old}.py": references / f"test_{new}.py",
    }.items():
        if path.exists():
            path.rename(target)


def _rewrite(course: Course, names: dict[str, str]) -> None:
    """Write the new names, titles and numbers into all texts, each once."""
    first = min(old[:2] for old in names)
    known = "|".join(re.escape(old) for old in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?P<name>{known})|{NAMED}", re.IGNORECASE)

    last = max(old[:2] for old in names)

    def renumber(found: re.Match[str]) -> str:
        number = found.group()
        return f"{int(number) + 1:02d}" if first <= number <= last else number

    def replace(found: re.Match[str]) -> str:
        if name := found.group("name"):
            return names.get(name, name)
        return re.sub(r"\d\d", renumber, found.group())

    for path in _rewritten(course):
        text = path.read_text(encoding="utf-8")
        if (after := pattern.sub(replace, text)) != text:
            path.write_text(after, encoding="utf-8")


def _left(course: Course, first: str) -> Iterator[str]:
    """Where a text may mean a lesson that has moved, in words that a program does not change."""
    numbers = "|".join(lesson[:2] for lesson in course.lessons() if lesson[:2] >= first)
    # A lesson that is planned bears a number that may now be taken.
    planned = "|".join(f"{number:02d}" for number in range(len(course.lessons()), 100))
    pattern = re.compile(
        rf"\blessons?\s+(?:{planned})\b|LESSON=(?:{numbers})\b|--lesson (?:{numbers})\b|\b{NEIGHBOURS}", re.IGNORECASE
    )
    return (line for line in mentions(course, pattern) if not re.search(r"^tests/test_|^helpers/grading/", line))


def _rewritten(course: Course) -> Iterator[Path]:
    yield from (path for path in texts(course) if path.name != HISTORY)
    yield from sorted(course.notebooks.glob("*/*.ipynb"))


def _keep_cases(course: Course, lesson: str) -> None:
    """Give current cases their lesson's new name: its inputs and answers are what they were."""
    known = keys.load(course.case_file(lesson))
    cases.save(course, dataclasses.replace(known, lesson=lesson, digest=cases.digest(course, lesson)))
