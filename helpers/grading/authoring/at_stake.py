"""What somebody may have written into a released notebook, which the next release would write over.

Each release notes what it wrote, in ``.grading/``. Where there is no note, as on a fresh clone, git knows whether the
file is the committed one; and nbgrader has noted a checksum of every cell that it marks.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.grading.authoring.sources import read_notebook
from helpers.grading.course import Course
from helpers.grading.marks import grade_id, is_edited, marks
from helpers.grading.store import write_whole

CURE = "`make lab` copies it to my_lessons/; then delete this file, and release again."


def work_in(course: Course, lesson: str) -> Iterator[str]:
    """Say what of a person's is in the released notebook of ``lesson``; nothing where a release wrote all of it."""
    path = course.student_copy(lesson)
    if not path.exists():
        return
    shown = path.relative_to(course.root)
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:  # nbformat raises whatever follows from a damaged file
        yield f"{shown} cannot be read as a notebook, so nobody knows what is in it: move it away, and release again."
        return
    note = _note(course, lesson)
    if (note.exists() and note.read_text() == _fingerprint(cells)) or _is_committed(path):
        return
    answers = [grade_id(cell) for cell in cells if marks(cell).get("solution") and is_edited(cell)]
    known = {cell.id: cell.source for cell in read_notebook(course, lesson).cells}
    others = [cell for cell in cells if not grade_id(cell) and cell.id not in known]
    if note.exists():  # what a release wrote is known, so a changed text is somebody's
        others += [cell for cell in cells if not grade_id(cell) and known.get(cell.id, cell.source) != cell.source]
    if answers:
        yield f"{shown} holds answers to {', '.join(answers)}: {CURE}"
    elif others:
        yield f"{shown} holds a cell that no release wrote ({_begins(others[0])}): {CURE}"


def note_release(course: Course, lesson: str, cells: list[NotebookNode]) -> None:
    """Note what a release is about to write."""
    note = _note(course, lesson)
    for folder in (note.parent.parent, note.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(note, _fingerprint(cells).encode())


def _note(course: Course, lesson: str) -> Path:
    return course.root / ".grading" / lesson / "released"


def _fingerprint(cells: list[NotebookNode]) -> str:
    """Identify what the cells say; that they were run, or saved by another program, makes no difference."""
    return hashlib.sha256(repr([(cell.id, cell.cell_type, cell.source) for cell in cells]).encode()).hexdigest()


def _is_committed(path: Path) -> bool:
    """Whether git has this file as it is, so that it can be had back."""
    command = ["git", "status", "--porcelain", "--ignored", "--", path.name]
    try:
        done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True)
    except OSError:  # no git
        return False
    return done.returncode == 0 and not done.stdout.strip()


def _begins(cell: NotebookNode) -> str:
    return (cell.source.strip().splitlines() or ["empty"])[0][:40]
