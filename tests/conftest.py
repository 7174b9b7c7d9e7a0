"""Shared fixtures; which lessons are tested; what is tested in one process, and in what order."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from small_lesson import release_small

from helpers.grading.authoring.answering import LessonRun, run_seeds
from helpers.grading.authoring.cases import PUBLIC_SEED
from helpers.grading.authoring.release import CONFIG
from helpers.grading.course import REPO, Course, CourseError
from helpers.grading.pack import NAME, write_pack

COURSE = Course(REPO)
LESSONS = COURSE.lessons()
SEEDS = (PUBLIC_SEED, 101, 202)  # the committed one, and two that no author has looked at

# What is quick comes first: a slip there should not wait for the notebooks.
QUICK = ("test_style", "test_answers", "test_checks", "test_verdicts", "test_mistakes", "test_lessons")
# Then the longest, so that all cores are busy to the end. Seconds, measured on two cores; what is not listed is short.
SECONDS = {
    "test_grading": 200,
    "test_batch": 150,
    "test_gradebook": 120,
    "test_editions": 90,
    "test_sandbox": 120,
    "test_kernels": 60,
    "test_intake": 40,
    "test_judge": 60,
}
PER_SEED = 8.0  # of the cases of a lesson
LESSON_IN_ID = re.compile(r"\[(\d\d_\w+?)(?:-\w+)?\]$")
NOTEBOOK = 25.0  # of a lesson that has no row in the README yet


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lesson", default="", help="test this lesson and nothing else: 13, or 13_deep_rnn")


def pytest_configure(config: pytest.Config) -> None:
    if name := config.getoption("--lesson"):
        try:
            config.lesson = COURSE.find(name)  # type: ignore[attr-defined]
        except CourseError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "lesson" in metafunc.fixturenames:
        metafunc.parametrize("lesson", LESSONS)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are cores: some tests wait for kernels, workers or a database."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return ByGroup(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if lesson := getattr(config, "lesson", ""):
        others = [item for item in items if _lesson_of(item) != lesson]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    items.sort(key=lambda item: _rank(_group(item.nodeid)))


def _lesson_of(item: pytest.Item) -> str:
    """The lesson that a test is about, or ""."""
    if item.path.parent.name == "references":
        return item.path.stem.removeprefix("test_")
    return getattr(item, "callspec", None) and item.callspec.params.get("lesson", "")


def _group(nodeid: str) -> str:
    """What runs in one process: tests that look at one run of a lesson, or a file of tests and its fixtures."""
    path, _, test = nodeid.partition("::")
    file, function, lesson = Path(path).stem, test.partition("[")[0], LESSON_IN_ID.search(test)
    if lesson and (file == "test_cases" or function == "test_release_changes_nothing"):
        return f"cases {lesson.group(1)}"
    if lesson and function in ("test_solution_gives_its_stored_outputs", "test_an_unwritten_notebook_runs_calmly"):
        return f"{function} {lesson.group(1)}"
    return file


def _rank(group: str) -> tuple[int, float]:
    """The place of a group: quick ones first, then by what they cost."""
    if group in QUICK:
        return QUICK.index(group), 0.0
    what, _, lesson = group.partition(" ")
    if what == "cases":
        return len(QUICK), -PER_SEED * len(SEEDS)
    if what == "test_solution_gives_its_stored_outputs":
        return len(QUICK), -_run_times().get(lesson, NOTEBOOK)
    return len(QUICK), -SECONDS.get(group, 0.0)


@cache
def _run_times() -> dict[str, float]:
    """How long each solution notebook takes, by the README's table."""
    rows = re.findall(r"\(notebooks/(\w+)/.*\| (\d+) s \|$", (REPO / "README.md").read_text(encoding="utf-8"), re.M)
    return {lesson: float(seconds) for lesson, seconds in rows}


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    found = re.search(r"::(\w+)\[(\d\d_\w+)(?:-\w+)?\]$", report.nodeid)
    if found and report.when == "call" and report.duration > 0.5:
        name = found.group(1).removeprefix("test_").replace("_", " ")
        print(f"\n{found.group(2)}: {name}: {report.outcome} in {report.duration:.0f} s", end="", flush=True)


@cache
def lesson_runs(lesson: str) -> dict[int, LessonRun]:
    """Run a solution and all its variants once, for all seeds; several tests look at the same runs."""
    return run_seeds(COURSE, lesson, SEEDS)


def lesson_run(lesson: str, seed: int) -> LessonRun:
    return lesson_runs(lesson)[seed]


@pytest.fixture(scope="session")
def course() -> Course:
    return COURSE


@pytest.fixture(scope="session")
def repo() -> Path:
    return REPO


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of the course, so that a release cannot touch the tree under test."""
    root = tmp_path_factory.mktemp("course")
    for room in ("solutions", "notebooks", "data"):
        shutil.copytree(REPO / room, root / room, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    shutil.copy(REPO / CONFIG, root)
    return Course(root)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The students' pack, unpacked in a folder whose name is no plain ASCII."""
    folder = tmp_path_factory.mktemp("größer, mit Leerzeichen")
    with zipfile.ZipFile(write_pack(COURSE, folder)) as archive:
        archive.extractall(folder)
    return folder / NAME


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of one small lesson, released; tests hand in to copies of it."""
    return release_small(tmp_path_factory.mktemp("small") / "course")
