"""Wait for hand-ins: which students have something new."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from helpers.grading import intake
from helpers.grading.course import Course

WATCH_SECONDS = 2
MAX_FILES = 1000  # of one submission, when looking for changes


def arrivals(course: Course, lesson: str) -> Iterator[list[str]]:
    """Give the students whose submissions are new or changed, for ever."""
    graded: dict[str, Any] = {}
    before: dict[str, Any] | None = None
    while True:
        now = {name: _state(_where(course, lesson, name)) for name in intake.folders(course)}
        # After the first look, only what has come to rest: a file may be on its way still.
        changed = [
            name
            for name, state in now.items()
            if state != graded.get(name) and (before is None or before.get(name) == state)
        ]
        graded.update((name, now[name]) for name in changed)
        if concerned := [name for name in changed if intake.concerns(course, lesson, name)]:
            yield concerned
        before = now
        time.sleep(WATCH_SECONDS)


def _where(course: Course, lesson: str, student: str) -> Path:
    """Where to look for changes: all that a student handed in, as long as there is no folder of the lesson's name."""
    folder = course.root / "submitted" / student
    return folder / lesson if os.path.lexists(folder / lesson) else folder


def _state(folder: Path) -> list[tuple[str, int, int]]:
    """What tells a changed submission: its files' names, times and sizes."""
    paths = islice((Path(top, name) for top, _, names in os.walk(folder) for name in names), MAX_FILES)
    found = []
    for path in (folder, *paths):
        with contextlib.suppress(OSError):
            state = path.lstat()
            found.append((str(path), state.st_mtime_ns, state.st_size))
    return sorted(found)
