"""A small lesson of the tests' own, so that no test of grading depends on what a real lesson asks."""

from __future__ import annotations

import shutil
from pathlib import Path

from helpers.grading.authoring.release import CONFIG, release
from helpers.grading.course import REPO, Course

LESSON = "01_small"
POINTS = 8  # of all its exercises
SOURCE = Path(__file__).with_name("small_course")


def release_small(root: Path) -> Course:
    """Make a course of this lesson in a fresh folder: its cases and its student copy are made as any lesson's are."""
    shutil.copytree(SOURCE, root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPO / CONFIG, root)
    course = Course(root)
    release(course, [LESSON])
    return course
