"""Find what a student handed in for a lesson, wherever it lies in the student's folder and whatever it is called.

Names say where to look and what a student meant; whether a notebook is a lesson's, its content decides
(:mod:`helpers.grading.intake`). Nothing is read here but the names and kinds of files, and nothing is ever moved.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from helpers.grading import files

MAX_ENTRIES = 1000  # names looked at, of files and folders
MAX_FOLDERS = 6  # folders within folders
HERE = PurePosixPath()

# Where a file lies: in the lesson's own folder, in one that means the lesson, in one that says nothing, in another's.
HOME, NAMED, UNCLEAR, ELSEWHERE = range(4)

# Notebooks as they are, and as mail programs and browsers name them.
NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$|\.json$", re.IGNORECASE)
ARCHIVE = re.compile(r"\.(zip|tar|tgz|gz|7z|rar|xz|bz2)$", re.IGNORECASE)
COPY_OF = re.compile(r"^(copy of|kopie von|copie de|copia di)\W+")
COPY = re.compile(r"[\W_]*(\bcopy\W*\d*|\bkopie\W*\d*|\bcopie\W*\d*|copy\d+|\(\d+\)|\bfinal|\bsubmission)$")
NUMBERED = re.compile(r"(?:lesson|lektion|notebook)?0*(\d+)(.*)", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Candidate:
    """What may be a lesson's notebook. path: below the student's folder. kind: in words, "a file" when it is one."""

    path: PurePosixPath
    kind: str
    place: int
    meant: str  # the lesson that its name says, or ""


@dataclasses.dataclass
class Found:
    """What lies in a student's folder, as far as it may concern one lesson.

    candidates: the likeliest first. others: files that are no notebooks. named: folders that mean the lesson.
    elsewhere: whether there is a folder of another lesson or assignment.
    """

    candidates: list[Candidate] = dataclasses.field(default_factory=list)
    others: list[Candidate] = dataclasses.field(default_factory=list)
    named: list[PurePosixPath] = dataclasses.field(default_factory=list)
    elsewhere: bool = False


def find(folder: int, lesson: str, lessons: Sequence[str]) -> Found:
    """Look through the opened ``folder`` of a student."""
    search = _Search(lesson, lessons)
    search.through(folder, HERE, UNCLEAR)
    search.found.candidates.sort(key=search.order)
    search.found.others.sort(key=search.order)
    return search.found


def meant_lesson(name: str, lessons: Sequence[str]) -> str:
    """The lesson that a file's or folder's name means, or "": by number, by title, in another case, as a copy."""
    by_key, by_number, by_title = _called(tuple(lessons))
    key = _key(name)
    if key in by_key:
        return by_key[key]
    match = NUMBERED.fullmatch(key)
    if match and (lesson := by_number.get(match[1])):
        title = _title(lesson)
        return lesson if not match[2] or title.startswith(match[2]) or match[2].startswith(title) else ""
    return by_title.get(key, "")


@functools.lru_cache(maxsize=8)
def _called(lessons: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The lessons by their whole name, by number and by title."""
    numbered = {lesson: NUMBERED.fullmatch(_key(lesson)) for lesson in lessons}
    by_number = {match[1]: lesson for lesson, match in numbered.items() if match}
    return {_key(lesson): lesson for lesson in lessons}, by_number, {_title(lesson): lesson for lesson in lessons}


def _title(lesson: str) -> str:
    return _key(lesson).lstrip("0123456789")


@functools.lru_cache(maxsize=1024)
def _key(name: str) -> str:
    """A name without what is written in many ways: case, separators, endings, marks of copies."""
    key = unicodedata.normalize("NFKC", name).casefold().strip()
    key = COPY_OF.sub("", ARCHIVE.sub("", NOTEBOOK.sub("", key)))
    while (shorter := COPY.sub("", key)) and shorter != key:
        key = shorter
    return re.sub(r"[\W_]+", "", key)


class _Search:
    def __init__(self, lesson: str, lessons: Sequence[str]) -> None:
        self.lesson, self.lessons = lesson, lessons
        self.notebook = f"{lesson}.ipynb"
        self.found, self.entries = Found(), 0

    def through(self, folder: int, above: PurePosixPath, place: int) -> None:
        # What has the right name is found, however much lies beside it.
        for name in sorted(os.listdir(folder), key=lambda name: (name not in (self.lesson, self.notebook), name)):
            self.entries += 1
            if self.entries > MAX_ENTRIES:
                return
            if not files.is_junk(name):
                try:
                    self._look_at(folder, above / name, place)
                except (OSError, files.Refused):  # gone, or closed to us: nothing that could be graded
                    continue

    def _look_at(self, folder: int, path: PurePosixPath, place: int) -> None:
        kind, meant = files.kind(folder, path.name), meant_lesson(path.name, self.lessons)
        if kind == "a folder":
            inner = self._place(path, place, meant)
            if inner <= NAMED and (place > NAMED):
                self.found.named.append(path)
            if len(path.parts) <= MAX_FOLDERS:
                with files.opened(folder, path.name) as opened:
                    if inner == UNCLEAR and files.kind(opened, f"{path.name}.ipynb"):
                        self.found.elsewhere = True  # nbgrader's layout, for an assignment that is no lesson
                    self.through(opened, path, inner)
        elif path == HERE / self.lesson:
            place = HOME  # no folder, though it has its name
        elif place == ELSEWHERE and meant != self.lesson:
            return
        is_notebook = NOTEBOOK.search(path.name) or path == HERE / self.lesson
        if is_notebook and (kind != "a folder" or path.name == self.notebook):
            self.found.candidates.append(Candidate(path, kind, place, meant))
        elif kind != "a folder" and path.name != "timestamp.txt":
            self.found.others.append(Candidate(path, kind, place, meant))

    def _place(self, path: PurePosixPath, place: int, meant: str) -> int:
        """What a folder is to the lesson."""
        if path == HERE / self.lesson:
            return HOME
        if meant == self.lesson:
            return min(place, NAMED)
        if meant:
            self.found.elsewhere = True
            # Of a folder that has another lesson's very name the content is not asked: it would be read for nothing.
            return ELSEWHERE if path.name == meant else max(place, UNCLEAR)
        number, own = NUMBERED.fullmatch(_key(path.name)), NUMBERED.fullmatch(_key(self.lesson))
        if number and number[2] and own and number[1] != own[1]:
            self.found.elsewhere = True  # an assignment of another number, which this course does not know
        return place

    def order(self, candidate: Candidate) -> tuple[object, ...]:
        path = candidate.path
        named = 0 if path.name == self.notebook else 1 if candidate.meant == self.lesson else 2
        return (
            candidate.place,
            named,
            not path.name.lower().endswith(".ipynb"),
            len(path.parts),
            path.name,
            path,
        )
