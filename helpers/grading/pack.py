"""``make pack``: one zip file for students, with all that they need and nothing that belongs to grading."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from helpers.grading.course import Course, CourseError
from helpers.grading.store import write_whole

NAME = "rnn-course"
FOLDER = "dist"
WHOLE = ("notebooks", "helpers", "data")  # rooms, but for what SKIPPED says
FILES = ("start.py", "LICENSE", "LICENSE-TEXT.md", "lab/setup.py", "lab/student_lab_config.py", "lab/student/*.json")
SKIPPED = re.compile(
    r"(^|/)(__pycache__|\.ipynb_checkpoints|\.DS_Store)(/|$)|^helpers/grading/|^data/(build_\w+\.py|README\.md)$"
)
RENAMED = {"lab/student/README.md": "README.md", "requirements-students.lock": "requirements.lock"}
HOW_MADE = "\n## How they are made"  # from here on data/README.md is for authors
DATED = (2026, 1, 1, 0, 0, 0)  # the same course gives the same file, byte for byte


def write_pack(course: Course, folder: Path | None = None) -> Path:
    """Write the zip file into ``folder`` (dist/); return its path. Raises CourseError: a lesson is not released."""
    if missing := [lesson for lesson in course.lessons() if not course.student_copy(lesson).exists()]:
        raise CourseError(f"{', '.join(missing)}: not released yet, run `make release` first.")
    version = _project(course)["version"]
    path = (folder or course.root / FOLDER) / f"{NAME}-{version}.zip"
    path.parent.mkdir(exist_ok=True)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_contents(course)):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", DATED)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    write_whole(path, whole.getvalue())
    path.chmod(0o644)  # it is to be handed on
    return path


def _contents(course: Course) -> Iterator[tuple[str, bytes]]:
    """The files of a pack: names with slashes, and what is in them."""
    rooms = [path for room in WHOLE for path in (course.root / room).rglob("*") if path.is_file()]
    for path in [*rooms, *(path for pattern in FILES for path in course.root.glob(pattern))]:
        name = path.relative_to(course.root).as_posix()
        if not SKIPPED.search(name):
            yield name, path.read_bytes()
    for name, new in RENAMED.items():
        yield new, (course.root / name).read_bytes()
    about = (course.root / "data" / "README.md").read_text(encoding="utf-8")
    yield "data/README.md", (about.partition(HOW_MADE)[0].rstrip() + "\n").encode()
    yield "pyproject.toml", _pyproject(course).encode()


def _project(course: Course) -> dict:
    project: dict = tomllib.loads((course.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _pyproject(course: Course) -> str:
    """What ``pip install .`` reads in a pack: the course's own, without what belongs to grading."""
    project = _project(course)
    needs = ", ".join(f'"{need}"' for need in project["dependencies"])
    return f"""[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{project["name"]}"
version = "{project["version"]}"
description = "{project["description"]}"
readme = "README.md"
requires-python = "{project["requires-python"]}"
license = "{project["license"]}"
dependencies = [{needs}]

[tool.hatch.build.targets.wheel]
packages = ["helpers"]

[tool.hatch.build.targets.wheel.force-include]
"data" = "helpers/files"
"""
