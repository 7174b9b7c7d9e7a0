"""``make feedback``: the feedback pages of a lesson as zip files, one for each student and one of all.

The one of all names its pages as hand-ins are named (``STUDENT__LESSON.html``), so that a platform or a mail merge
finds whose is whose.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from helpers.grading.course import Course, CourseError
from helpers.grading.store import write_whole

FOLDER = "returned"


def write_feedback_zips(course: Course, lesson: str) -> list[Path]:
    """Write the zip files into ``returned/``; return them, that of all first. Raises CourseError where none are."""
    feedback = course.root / "feedback"
    pages = {path.parents[1].name: path for path in sorted(feedback.glob(f"*/{lesson}/{lesson}.html"))}
    if not pages:
        raise CourseError(f"There are no feedback pages of {lesson}: run `make grade LESSON={lesson[:2]}` first.")
    folder = course.root / FOLDER / lesson
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.zip"):  # of somebody who is not there any more
        if old.stem not in pages:
            old.unlink()
    each = [_write(folder / f"{student}.zip", {f"{lesson}.html": page}) for student, page in pages.items()]
    named = {f"{student}__{lesson}.html": page for student, page in pages.items()}
    return [_write(course.root / FOLDER / f"feedback_{lesson}.zip", named), *each]


def _write(path: Path, pages: Mapping[str, Path]) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in pages.items():
            archive.write(page, name)
    write_whole(path, content.getvalue())
    return path
