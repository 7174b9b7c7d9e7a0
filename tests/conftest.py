"""Shared fixtures. Quick tests run first; every test of a lesson reports on a line of its own."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from helpers.grading.authoring.answering import LessonRun, run_lesson
from helpers.grading.course import REPO, Course

COURSE = Course(REPO)
LESSONS = COURSE.lessons()
# Files in the order of their cost: a slip in a quick one should not wait for the notebooks.
ORDER = ("test_answers", "test_checks", "test_verdicts", "test_mistakes", "test_lessons", "test_cases", "references")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "lesson" in metafunc.fixturenames:
        metafunc.parametrize("lesson", LESSONS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        name = "references" if item.path.parent.name == "references" else item.path.stem
        return ORDER.index(name) if name in ORDER else len(ORDER)

    items.sort(key=rank)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    found = re.search(r"::(\w+)\[(\d\d_\w+)\]$", report.nodeid)
    if found and report.when == "call" and report.duration > 0.5:
        name = found.group(1).removeprefix("test_").replace("_", " ")
        print(f"\n{found.group(2)}: {name}: {report.outcome} in {report.duration:.0f} s", end="", flush=True)


@cache
def lesson_run(lesson: str, seed: int) -> LessonRun:
    """Run a solution and all its variants; several tests look at the same run."""
    return run_lesson(COURSE, lesson, seed)


@pytest.fixture(scope="session")
def course() -> Course:
    return COURSE


@pytest.fixture(scope="session")
def repo() -> Path:
    return REPO
