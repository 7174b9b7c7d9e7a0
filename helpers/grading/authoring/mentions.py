"""Where a word stands in the course's texts, for what a command leaves to an author to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from helpers.grading.course import Course

TEXTS = {".py", ".md", ".ipynb", ".toml", ".json", ".jinja", ".txt", ""}
ROOMS = ("solutions", "helpers", "tests", "benchmarks", "lab", "data", ".ci")
TEMPLATE = "template"


def texts(course: Course, lesson: str = "") -> list[Path]:
    """Return the files in which people write: those of one lesson and its reference test, or all of the course."""
    if lesson:
        rooms = [course.solution(lesson).parent, course.root / "tests"]
        return [path for room in rooms for path in sorted(room.rglob("*")) if _is_text(path)]
    beside = [path for path in sorted(course.root.iterdir()) if _is_text(path)]
    return beside + [path for room in ROOMS for path in sorted((course.root / room).rglob("*")) if _is_text(path)]


def mentions(course: Course, pattern: re.Pattern[str], lesson: str = "") -> Iterator[str]:
    """Yield ``file, line: text`` for every line that ``pattern`` finds; in a notebook the line is a cell's."""
    for path in texts(course, lesson):
        place = path.relative_to(course.root)
        for where, line in _lines(path):
            if pattern.search(line):
                yield f"{place}, {where}: {line.strip()[:100]}"


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        for number, line in enumerate(text.splitlines(), 1):
            yield f"line {number}", line
        return
    for place, cell in enumerate(json.loads(text)["cells"], 1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        for number, line in enumerate(source.splitlines(), 1):
            yield f"cell {place}, line {number}", line


def _is_text(path: Path) -> bool:
    parts = set(path.parts)
    return path.is_file() and path.suffix in TEXTS and not parts & {"__pycache__", ".ipynb_checkpoints", TEMPLATE}
