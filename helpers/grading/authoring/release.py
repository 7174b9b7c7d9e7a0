"""solutions/ -> data/cases/ and notebooks/: everything students get is made here, through nbgrader."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import ConfigFileNotFound, PyFileConfigLoader

from helpers.grading.authoring import cases
from helpers.grading.authoring.variants import AuthorError
from helpers.grading.course import Course, CourseError

if TYPE_CHECKING:
    from helpers.grading.authoring.answering import LessonRun

CONFIG = "nbgrader_config.py"


class CalmStubs(NbGraderPreprocessor):
    """Make stubs that stand outside a function harmless.

    nbgrader replaces a solution by ``raise NotImplementedError()``. In a function that is right: the
    check reports it calmly. At the top level of a cell it would stop Run All with a traceback.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        lines = cell.source.split("\n")
        cell.source = "\n".join(line for line in lines if line != "raise NotImplementedError()")
        return cell, resources


def nbgrader_api(course: Course) -> NbGraderAPI:
    """Return nbgrader's API for a course folder, configured by its nbgrader_config.py."""
    try:
        config = PyFileConfigLoader(CONFIG, path=str(course.root)).load_config()
    except ConfigFileNotFound:
        raise CourseError(f"{course.root} holds no {CONFIG}: is it the course's folder?") from None
    config.CourseDirectory.root = str(course.root)
    return NbGraderAPI(config=config)


def release(
    course: Course, lessons: list[str], recompute: bool = False, run: Callable[[Course, str], LessonRun] | None = None
) -> None:
    """Write cases and student copies of ``lessons``; files that are already right stay untouched.

    recompute: draw and answer all cases again even where their digest says they are current. run: what answers
    them; without it, running the solution does. Raises AuthorError,
    with nothing of a lesson written, where its cases would judge wrongly or its files contradict each other.
    """
    api = nbgrader_api(course)
    for lesson in lessons:
        if recompute or not cases.up_to_date(course, lesson):
            from helpers.grading.authoring.answering import run_lesson  # brings TensorFlow

            answered = (run or run_lesson)(course, lesson)
            if problems := answered.problems():
                raise AuthorError("\n  ".join([f"{lesson} is not released; nothing was written:", *problems]))
            cases.save(course, answered.cases)
        print(f"{lesson}: {_generate(api, course, lesson)}", flush=True)


def register(api: NbGraderAPI, course: Course, lesson: str) -> None:
    """Make the gradebook know ``lesson``, without touching what is already right."""
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        try:
            gradebook.find_assignment(lesson)
        except MissingEntry:
            known = False
        else:
            known = True
    if not known:
        _generate(api, course, lesson)


def _generate(api: NbGraderAPI, course: Course, lesson: str) -> str:
    target = course.student_copy(lesson)
    before = target.read_bytes() if target.exists() else None
    if before is not None:
        shutil.rmtree(target.parent)  # nbgrader would ask for --force; its warning would only worry
    result = api.generate_assignment(lesson, force=True, create=True)
    if not result["success"]:
        if before is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(before)
        raise CourseError(f"nbgrader could not release {lesson}: {last_error(result)}")
    return "released" if target.read_bytes() != before else "up to date"


def last_error(result: dict[str, Any]) -> str:
    """The last telling line of an nbgrader result."""
    text = result.get("error") or result.get("log") or "no reason given"
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    return lines[-1].removeprefix("[ERROR] ") if lines else "no reason given"
