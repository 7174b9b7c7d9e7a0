"""Grade a class: every submission gets a terminal status, whatever it does."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import Execute
from sqlalchemy.exc import SAWarning

from helpers.checks import INPUTS_VARIABLE
from helpers.grading import cases
from helpers.grading.course import Course, CourseError
from helpers.grading.release import last_error, nbgrader_api, register

KERNEL = "python3"


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of one submission.

    status: "graded", or why not all of it could be ("timed out", "died", "unreadable", "missing").
    """

    student: str
    status: str
    score: float
    max_score: float
    seconds: float
    note: str = ""


# nbgrader's own queries trip this warning; it tells an instructor nothing.
warnings.filterwarnings("ignore", category=SAWarning)


def grade(course: Course, lesson: str) -> list[Result]:
    """Autograde, give feedback and export for every submission of ``lesson``; print a table.

    Raises CourseError before anything is graded when the course is not ready for it.
    """
    api = nbgrader_api(course)
    _require_ready(course, lesson, api)
    students = submissions(course, lesson)
    register(api, course, lesson)
    results = []
    with judged_apart(api, course, lesson):
        for number, student in enumerate(students, 1):
            print(f"[{number}/{len(students)}] {student} ... ", end="", flush=True)
            result = grade_one(api, course, lesson, student)
            print(f"{result.status}, {result.seconds:.0f} s", flush=True)
            results.append(result)
    export = export_scores(course, api)
    print_table(course, lesson, results, export)
    return results


@contextlib.contextmanager
def judged_apart(api: NbGraderAPI, course: Course, lesson: str) -> Iterator[None]:
    """While this lasts, autograding cleans submissions up and judges them outside the student's process."""
    from helpers.grading import judge  # brings TensorFlow, which the solution needs

    drawn = judge.draw_cases(course, lesson).cases
    autograde = api.config.Autograde
    autograde.sanitize_preprocessors = [judge.CleanUp, *_default("sanitize_preprocessors")]
    bound = type("JudgeAnswers", (judge.JudgeAnswers,), {"cases": drawn})
    steps = _default("autograde_preprocessors")
    steps.insert(steps.index(Execute) + 1, bound)
    autograde.autograde_preprocessors = steps
    api.config.CleanUp.released = str(course.student_copy(lesson))
    with tempfile.TemporaryDirectory(prefix="inputs-") as folder:
        os.environ[INPUTS_VARIABLE] = str(judge.write_inputs(drawn, Path(folder)))
        try:
            yield
        finally:
            del os.environ[INPUTS_VARIABLE]


def _default(trait: str) -> list[type]:
    return list(Autograde.class_traits()[trait].default())


def submissions(course: Course, lesson: str) -> list[str]:
    """Students who handed in ``lesson``. Raises CourseError when there is none."""
    students = sorted(path.parent.name for path in (course.root / "submitted").glob(f"*/{lesson}"))
    if not students:
        raise CourseError(
            f"submitted/ holds nothing for {lesson}: put notebooks into submitted/STUDENT/{lesson}/ first."
        )
    return students


def _require_ready(course: Course, lesson: str, api: NbGraderAPI) -> None:
    if not cases.up_to_date(course, lesson):
        raise CourseError(f"The cases of {lesson} are older than the lesson: run `make release` first.")
    try:
        KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        raise CourseError(f"The Jupyter kernel '{KERNEL}' is missing: run `make setup` to install it again.") from None
    wanted = api.course_id
    if not course.gradebook.exists():
        return
    try:
        with Gradebook(api.coursedir.db_url, wanted) as gradebook:
            known = {assignment.course_id for assignment in gradebook.assignments}
    except Exception as error:  # sqlalchemy's errors name its internals, not the cure
        raise CourseError(
            f"{course.gradebook.name} cannot be read ({type(error).__name__}): restore it or move it away."
        ) from None
    if known - {wanted}:
        raise CourseError(
            f"The gradebook belongs to course '{sorted(known)[0]}', nbgrader_config.py says '{wanted}': "
            "set CourseDirectory.course_id back or move gradebook.db away."
        )


def grade_one(api: NbGraderAPI, course: Course, lesson: str, student: str) -> Result:
    """Autograde one submission and write its feedback."""
    start = time.perf_counter()

    def result(status: str, note: str = "") -> Result:
        score, top = _score(api, lesson, student)
        return Result(student, status, score, top, time.perf_counter() - start, note)

    problem = unreadable(course.root / "submitted" / student / lesson / f"{lesson}.ipynb")
    if problem is not None:
        return result(*problem)
    outcome = api.autograde(lesson, student, force=True, create=True)
    if not outcome["success"]:
        died = "DeadKernelError" in str(outcome.get("error"))
        return result("died" if died else "failed", "the kernel died" if died else last_error(outcome))
    api.generate_feedback(lesson, student, force=True)
    graded = nbformat.read(course.root / "autograded" / student / lesson / f"{lesson}.ipynb", as_version=4)
    late = [cell for cell in graded.cells if _ran_late(cell)]
    if late:
        return result("timed out", f"{len(late)} cell(s) ran into the limit")
    return result("graded")


def unreadable(path: Path) -> tuple[str, str] | None:
    """Return (status, note) for a file that cannot be graded at all, else None."""
    if not path.exists():
        return "missing", f"there is no {path.name}"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds, each for another kind of damage
        return "unreadable", f"not a notebook ({type(error).__name__})"
    if not any(cases.grade_id(cell) for cell in notebook.cells):
        return "unreadable", "a notebook, but none of this course's"
    return None


def _ran_late(cell: Any) -> bool:
    from helpers.grading.judge import LATE, LATE_ERRORS

    outputs = cell.get("outputs", [])
    return any(out.get("ename") in LATE_ERRORS or LATE in out.get("data", {}).get("text/plain", "") for out in outputs)


def _score(api: NbGraderAPI, lesson: str, student: str) -> tuple[float, float]:
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        top = gradebook.find_assignment(lesson).max_score
        try:
            return gradebook.find_submission(lesson, student).score, top
        except MissingEntry:
            return 0.0, top


def export_scores(course: Course, api: NbGraderAPI) -> Path:
    """Write all scores of the gradebook as CSV, through nbgrader's exporter."""
    path = course.root / "grades.csv"
    exporter = CsvExportPlugin(parent=api)
    exporter.to = str(path)
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        exporter.export(gradebook)
    return path


def print_table(course: Course, lesson: str, results: list[Result], export: Path) -> None:
    """Print a line per submission and where to look; write the statuses beside the export."""
    statuses = course.root / f"status_{lesson}.csv"
    with statuses.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in dataclasses.fields(Result)])
        writer.writerows(dataclasses.astuple(result) for result in results)
    width = max(len(result.student) for result in results)
    print(f"\n{'student':{width}}  score        status")
    for result in results:
        note = f" ({result.note})" if result.note else ""
        print(f"{result.student:{width}}  {result.score:4g} of {result.max_score:<4g} {result.status}{note}")
    print(f"\nscores    {export}\nstatuses  {statuses}\nfeedback  {course.root / 'feedback'}")
    print(f"gradebook {course.gradebook} (formgrader: `make lab`, then the Formgrader tab)")
