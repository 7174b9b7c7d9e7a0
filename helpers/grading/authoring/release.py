"""solutions/ -> data/cases/ and notebooks/: everything students get is made here, through nbgrader."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbgrader.apps import NbGraderAPI
from traitlets.config import ConfigFileNotFound, PyFileConfigLoader

from helpers.grading import editions
from helpers.grading.authoring import cases
from helpers.grading.authoring.at_stake import work_in
from helpers.grading.authoring.links import mended_links, write_links
from helpers.grading.authoring.readme import readme, update_lesson_table
from helpers.grading.authoring.sources import picture_problems, read_sources
from helpers.grading.authoring.variants import AuthorError
from helpers.grading.course import Course, CourseError

if TYPE_CHECKING:
    from helpers.grading.authoring.answering import LessonRun

CONFIG = "nbgrader_config.py"


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
    """Write cases, student copies and README rows of ``lessons``; files that are already right stay untouched.

    recompute: draw and answer all cases again even where their digest says they are current. run: what answers
    them; without it, running the solution does. Raises AuthorError,
    with nothing of a lesson written, where its cases would judge wrongly or its files contradict each other.
    """
    neighbours = mended_links(course) if readme(course).exists() else {}  # they are released again, for their links
    if at_stake := [sentence for lesson in {*lessons, *neighbours} for sentence in work_in(course, lesson)]:
        raise AuthorError(*at_stake)
    api = nbgrader_api(course)
    # nbgrader notes what it releases. The instructor's gradebook is to know those lessons only that are graded.
    with tempfile.TemporaryDirectory() as nowhere:
        api.coursedir.db_url = f"sqlite:///{nowhere}/gradebook.db"
        _release(api, course, lessons, recompute, run)


def _release(
    api: NbGraderAPI,
    course: Course,
    lessons: list[str],
    recompute: bool,
    run: Callable[[Course, str], LessonRun] | None,
) -> None:
    # Part of a course, as in a demonstration, has no table and no neighbours.
    linked = write_links(course) if readme(course).exists() else []
    for lesson in lessons:
        sources = read_sources(course, lesson)
        if unseen := [*picture_problems(lesson, sources.notebook)]:
            raise AuthorError(*unseen)
        written = False
        if recompute or not cases.up_to_date(course, lesson):
            from helpers.grading.authoring.answering import run_lesson  # brings TensorFlow

            answered = (run or run_lesson)(course, lesson)
            if problems := answered.problems():
                raise AuthorError(*problems)
            written = cases.save(course, answered.cases)
        written = _generate(api, course, lesson) or written
        print(f"{lesson}: {'released' if written else 'up to date'}", flush=True)
    for lesson in linked:
        if lesson not in lessons and course.student_copy(lesson).exists():
            written = _generate(api, course, lesson)
            print(f"{lesson}: {'released' if written else 'up to date'}, for its links to neighbours", flush=True)
    update_lesson_table(course)


def _generate(api: NbGraderAPI, course: Course, lesson: str) -> bool:
    """Have nbgrader make the student copy. Return whether it came out another than it was."""
    target = course.student_copy(lesson)
    before = target.read_bytes() if target.exists() else None
    editions.keep_released(course, lesson)  # who has it may hand it in still
    if before is not None:
        shutil.rmtree(target.parent)  # nbgrader would ask for --force; its warning would only worry
    result = api.generate_assignment(lesson, force=True, create=True)
    if not result["success"]:
        if before is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(before)
        raise CourseError(f"nbgrader could not release {lesson}: {last_error(result)}")
    editions.keep_released(course, lesson)
    return target.read_bytes() != before


def last_error(result: dict[str, Any]) -> str:
    """The last telling line of an nbgrader result."""
    text = result.get("error") or result.get("log") or "no reason given"
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    return lines[-1].removeprefix("[ERROR] ") if lines else "no reason given"
